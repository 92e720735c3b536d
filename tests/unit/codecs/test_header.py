"""The JPEG header check against real encoders, hand-made bytes and fuzz."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.codecs.header import jpeg_size, whole
from askance.errors import WireError


def jpeg(width: int, height: int, *flags: int, grey: bool = False) -> bytes:
    shape = (height, width) if grey else (height, width, 3)
    noise = np.random.default_rng(width).integers(0, 256, shape, np.uint8)
    return cv2.imencode(".jpg", noise, flags)[1].tobytes()


def frame_header(width: int, height: int, *, components: int = 3, marker: int = 0xC0) -> bytes:
    head = bytes([8]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([components]) + bytes(9)
    return b"\xff\xd8\xff" + bytes([marker]) + (len(head) + 2).to_bytes(2, "big") + head


PLAIN = jpeg(40, 30)


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param((), id="baseline"),
        pytest.param((cv2.IMWRITE_JPEG_PROGRESSIVE, 1), id="progressive, many scans"),
        pytest.param((cv2.IMWRITE_JPEG_RST_INTERVAL, 2), id="restart markers"),
    ],
)
@pytest.mark.parametrize("grey", [False, True], ids=["colour", "grey"])
def test_real_files_tell_their_size_and_are_whole(flags: tuple[int, ...], *, grey: bool) -> None:
    data = jpeg(67, 31, *flags, grey=grey)

    assert jpeg_size(data) == (67, 31)
    assert whole(data)


def test_photos_agree_with_the_decoder(assets: Path) -> None:
    photos = sorted((assets / "images" / "coco128").rglob("*.jpg"))[:40]
    assert photos

    for photo in photos:
        data = photo.read_bytes()
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        assert image is not None
        assert (image.shape[1], image.shape[0]) == jpeg_size(data)
        assert whole(data)
        assert not whole(data[:-2])


def test_no_prefix_is_whole() -> None:
    assert [cut for cut in range(len(PLAIN)) if whole(PLAIN[:cut])] == []


def test_what_follows_the_end_does_not_matter() -> None:
    assert whole(PLAIN + b"phone's own data")


def test_fill_bytes_and_lone_markers_between_segments_are_skipped() -> None:
    padded = PLAIN[:2] + b"\xff\xff\xff\x01" + PLAIN[2:]

    assert jpeg_size(padded) == (40, 30)
    assert whole(padded)


def test_the_end_of_a_thumbnail_inside_is_not_the_end() -> None:
    thumbnail = jpeg(8, 8)
    inner = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    data = PLAIN[:2] + inner + PLAIN[2:]

    assert whole(data)
    assert jpeg_size(data) == (40, 30)
    assert not whole(data[:-2])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "not a JPEG, it begins with: nothing", id="empty"),
        pytest.param(b"\x89PNG\r\n", "not a JPEG, it begins with: 89504e47", id="png"),
        pytest.param(b"\xff\xd8", "the JPEG is cut off or damaged at byte 2 of 2", id="start only"),
        pytest.param(b"\xff\xd8abcd", "the JPEG is cut off or damaged at byte 2 of 6", id="no marker"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x01", "the JPEG is cut off or damaged at byte 4 of 6", id="length below 2"),
        pytest.param(b"\xff\xd8\xff\xc0\x00\x04\x08\x00", "the JPEG's frame header is too short: 2 bytes", id="short"),
        pytest.param(b"\xff\xd8\xff\xd9", "the JPEG has no frame header", id="ends at once"),
        pytest.param(b"\xff\xd8\xff\xda\x00\x02\xff\xd9", "the JPEG has no frame header", id="scan first"),
        pytest.param(
            frame_header(10, 10, components=4),
            "a JPEG of grey or colour has 1 or 3 components, this one: 4",
            id="CMYK",
        ),
        pytest.param(frame_header(0, 10), "the JPEG has no size: 0 x 10", id="no width"),
        pytest.param(frame_header(10, 0), "the JPEG has no size: 10 x 0", id="height told later"),
        pytest.param(
            frame_header(65000, 65000), "the JPEG has more than 50 megapixels: 65000 x 65000", id="decompression bomb"
        ),
        pytest.param(
            frame_header(10, 10, marker=0xC3), "a kind of JPEG that no decoder here reads: SOF3", id="lossless"
        ),
    ],
)
def test_refusals_say_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(WireError) as refused:
        jpeg_size(data)

    assert message == str(refused.value)
    assert refused.value.code == "jpeg"
    assert refused.value.hint


def test_fifty_megapixels_are_the_limit() -> None:
    assert jpeg_size(frame_header(10_000, 5_000)) == (10_000, 5_000)
    with pytest.raises(WireError):
        jpeg_size(frame_header(10_000, 5_001))


@given(st.binary(max_size=200))
def test_any_bytes_after_the_magic_raise_nothing_but_wire_errors(tail: bytes) -> None:
    for data in (tail, b"\xff\xd8" + tail, b"\xff\xd8\xff" + tail):
        whole(data)
        try:
            jpeg_size(data)
        except WireError as error:
            assert error.code == "jpeg"  # noqa: PT017 (most random bytes are refused, some are not)


@given(st.integers(0, len(PLAIN) - 1), st.integers(0, 255))
def test_one_changed_byte_raises_nothing_but_wire_errors(at: int, value: int) -> None:
    data = PLAIN[:at] + bytes([value]) + PLAIN[at + 1 :]
    whole(data)
    try:
        width, height = jpeg_size(data)
    except WireError:
        return
    assert 0 < width * height <= 50_000_000


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(PLAIN[:2] + b"\xff\xe0\x00\x02" * 2_000_000 + PLAIN[2:], id="empty segments"),
        pytest.param(PLAIN[:2] + b"\xff\x01" * 4_000_000 + PLAIN[2:], id="lone markers"),
        pytest.param(PLAIN[:-2] + b"\xff\xda\x00\x02" * 2_000_000 + PLAIN[-2:], id="empty scans"),
    ],
)
def test_eight_megabytes_of_markers_are_refused_before_they_cost_seconds(bomb: bytes) -> None:
    begun = time.process_time()

    assert not whole(bomb)
    assert time.process_time() - begun < 1.0


def test_any_number_of_fill_bytes_is_one_marker() -> None:
    padded = PLAIN[:2] + b"\xff" * 8_000_000 + PLAIN[2:]

    assert whole(padded)
    assert jpeg_size(padded) == (40, 30)
