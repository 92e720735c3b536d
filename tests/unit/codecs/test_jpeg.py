"""JPEG in and out: what comes back, and what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.codecs.header import jpeg_size
from askance.codecs.jpeg import decode, encode
from askance.errors import WireError

RAMP = np.dstack([np.tile(np.arange(64, dtype=np.uint8) * factor, (48, 1)) for factor in (1, 2, 3)])


def with_orientation(data: bytes, orientation: int) -> bytes:
    """Insert an EXIF segment that says how the camera was held."""
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + bytes([orientation]) + bytes(6)
    exif = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:]


def test_what_goes_in_comes_out_nearly_the_same() -> None:
    back = decode(encode(RAMP, 95))

    assert RAMP.shape == back.shape
    assert back.dtype == np.uint8
    assert np.abs(back.astype(int) - RAMP).mean() < 3


def test_lower_quality_is_smaller_and_the_scale_is_clipped() -> None:
    assert len(encode(RAMP, 20)) < len(encode(RAMP, 95))
    assert encode(RAMP, 100) == encode(RAMP, 999)
    assert encode(RAMP, 1) == encode(RAMP, -5)


def test_pixels_lie_as_the_header_counts_them_unless_upright_is_asked() -> None:
    turned = with_orientation(encode(RAMP, 90), 6)

    assert jpeg_size(turned) == (64, 48)
    assert decode(turned).shape == (48, 64, 3)
    assert decode(turned, upright=True).shape == (64, 48, 3)


def test_grey_files_become_three_channels() -> None:
    data = cv2.imencode(".jpg", RAMP[:, :, 0])[1].tobytes()

    assert decode(data).shape == (48, 64, 3)


def test_a_truncated_file_is_refused(assets: Path) -> None:
    photo = next(iter(sorted((assets / "images" / "coco128").rglob("*.jpg")))).read_bytes()

    for share in (0.3, 0.6, 0.99):
        with pytest.raises(WireError, match="ends too early") as refused:
            decode(photo[: int(len(photo) * share)])
        assert refused.value.code == "jpeg"


def test_a_header_without_a_picture_is_refused() -> None:
    data = encode(RAMP, 90)
    tables = data.index(b"\xff\xdb")  # the quantization tables begin
    frame = data.index(b"\xff\xc0")

    with pytest.raises(WireError, match="cannot be decoded") as refused:
        decode(data[:tables] + data[frame:])

    assert refused.value.code == "jpeg"


@pytest.mark.parametrize("shape", [(0, 0, 3), (2, 65_501, 3), (3, 4, 2)], ids=["empty", "too wide", "two channels"])
def test_an_image_that_opencv_cannot_compress_is_an_error(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be compressed"):
        encode(np.zeros(shape, np.uint8), 90)
