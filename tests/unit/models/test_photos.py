"""Tests of where the photos of the model commands come from."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.codecs import jpeg
from askance.errors import SourceError
from askance.models.photos import find_photos, read_photo
from askance.wire.codec import pack
from support_wire import manifest

GREY = np.full((20, 30, 3), 90, np.uint8)


def test_photos_come_by_name_and_other_files_do_not(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    assert ["a.png", "b.JPG"] == [path.name for path in find_photos(tmp_path)]


def test_a_store_gives_its_captures_in_the_order_of_their_ids(tmp_path: Path) -> None:
    for name in ("01B/01A.askf", "01A/01B.askf"):
        (tmp_path / "frames" / name).parent.mkdir(parents=True)
        (tmp_path / "frames" / name).write_bytes(b"")
    assert ["01A.askf", "01B.askf"] == [path.name for path in find_photos(tmp_path)]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no photos in") as caught:
        find_photos(tmp_path)
    assert "askance takes a folder of JPEG" in (caught.value.hint or "")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").touch()
    with pytest.raises(SourceError, match="no photos in") as caught:
        find_photos(tmp_path)
    assert (caught.value.hint or "").startswith(f"there are some in {tmp_path / 'images'}; ")


def test_a_photo_is_read(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), GREY)
    assert (GREY == read_photo(tmp_path / "a.png")).all()


def test_an_envelope_gives_its_image(tmp_path: Path) -> None:
    path = tmp_path / "a.askf"
    path.write_bytes(pack(manifest(), jpeg.encode(GREY, 95)))
    assert (20, 30, 3) == read_photo(path).shape


@pytest.mark.parametrize("name", ["a.jpg", "a.askf"])
def test_what_is_no_image_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(SourceError, match=rf"not an image: .*{name}"):
        read_photo(tmp_path / name)
