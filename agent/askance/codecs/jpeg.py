"""JPEG in and out, through OpenCV, after the header has been checked."""

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.codecs.header import jpeg_size, whole
from askance.errors import WireError


def encode(image: NDArray[np.uint8], quality: int) -> bytes:
    """Compress an image of shape (height, width, 3), uint8, BGR.

    Args:
        image: the pixels; its sides are at most 65,500.
        quality: 1 to 100, libjpeg's scale; out of it is clipped.

    Raises:
        ValueError: OpenCV cannot compress it.
    """
    try:
        done, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, min(max(quality, 1), 100)])
    except cv2.error as error:
        raise ValueError(f"cannot be compressed as JPEG: shape {image.shape}: {error.err}") from error
    if not done:
        raise ValueError(f"cannot be compressed as JPEG: shape {image.shape}")
    return packed.tobytes()


def decode(data: bytes, *, upright: bool = False) -> NDArray[np.uint8]:
    """Return the pixels, shape (height, width, 3), uint8, BGR.

    Args:
        data: a whole JPEG.
        upright: turn the image as its EXIF orientation says; without, pixels lie as ``jpeg_size`` counts them.

    Raises:
        WireError: code ``jpeg``; the header is refused, the end is missing, or the decoder gives up.
    """
    width, height = jpeg_size(data)
    if not whole(data):
        raise WireError(f"the JPEG ends too early: {len(data)} bytes", code="jpeg", hint="send or copy the file again")
    orientation = 0 if upright else cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | orientation)
    except cv2.error as error:
        raise WireError(f"the JPEG cannot be decoded: {error.err}", code="jpeg") from error
    if image is None:
        raise WireError(f"the JPEG cannot be decoded: {width} x {height}", code="jpeg", hint="send the image again")
    return image.astype(np.uint8, copy=False)
