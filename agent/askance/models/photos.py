"""Photos for the model commands: of a folder, or the captures that an agent's store holds."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from askance.codecs import jpeg
from askance.edge.values import Image
from askance.errors import SourceError, WireError
from askance.wire.codec import unpack

_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
_ENVELOPE: Final = ".askf"


def find_photos(folder: Path) -> list[Path]:
    """List the photos of a folder by name, or the frames of a store in the order they were captured.

    Raises:
        SourceError: there is none.
    """
    photos = sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES)
    photos = photos or sorted(folder.glob(f"frames/*/*{_ENVELOPE}"), key=lambda path: path.name)
    if not photos:
        below = sorted({path.parent for path in folder.glob("*/*") if path.suffix.lower() in _SUFFIXES})
        there = f"there are some in {below[0]}; " if below else ""
        raise SourceError(
            f"no photos in {folder}",
            hint=f"{there}askance takes a folder of JPEG, PNG or BMP files, or an agent's `store.path`",
        )
    return photos


def read_photo(path: Path) -> Image:
    """Load a photo, or the image in an envelope: (height, width, 3), uint8, BGR.

    Raises:
        SourceError: it is no image.
    """
    if path.suffix == _ENVELOPE:
        try:
            return jpeg.decode(unpack(path.read_bytes()).jpeg)
        except (OSError, WireError) as error:
            raise _no_image(path) from error
    read = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if read is None:
        raise _no_image(path)
    return read.astype(np.uint8, copy=False)


def _no_image(path: Path) -> SourceError:
    return SourceError(f"not an image: {path}", hint="move it out of the folder of photos that askance was given")
