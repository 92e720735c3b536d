"""A mask of pixels as COCO run lengths and back."""

import numpy as np
from numpy.typing import NDArray

from askance.wire.rle import compress, expand


def encode(mask: NDArray[np.bool_]) -> str:
    """Write a mask of shape (height, width) as COCO's compressed run lengths, column by column."""
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat, prepend=False))
    return compress(np.diff(changes, prepend=0, append=mask.size).tolist())


def decode(counts: str, *, width: int, height: int) -> NDArray[np.bool_]:
    """Read a mask of shape (height, width).

    Raises:
        ValueError: the text is no run lengths, or they do not add up to the image.
    """
    lengths = expand(counts)
    if sum(lengths) != width * height:
        raise ValueError(f"expected run lengths of {width * height} pixels, got {sum(lengths)}")
    inside = np.arange(len(lengths)) % 2 == 1
    return np.repeat(inside, lengths).reshape(width, height).T
