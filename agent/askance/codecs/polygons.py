"""Outlines of a mask and the mask of outlines, by one rule: a pixel belongs to what its centre lies in.

Coordinates are the wire's: the origin is the top-left corner of the top-left pixel, so that the centre of the pixel in
column 3 and row 5 is (3.5, 5.5). Other rasterizers differ in pixels that a border cuts: OpenCV's ``fillPoly`` paints
all that a line touches, COCO's API samples the border at a fifth of a pixel.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Ring: TypeAlias = NDArray[np.float64]
"""(corners, 2): x, y in order around an object, closed by itself."""

EXACT: Final = 0.0
_CORNERS: Final = 3


def outline(mask: NDArray[np.bool_], *, tolerance: float = EXACT) -> list[Ring]:
    """Trace the outer borders of a mask of shape (rows, columns), the largest piece first; holes are not told.

    Args:
        mask: the pixels; its top-left corner is the origin.
        tolerance: how far, in pixels, a corner that is left out may lie from the line that replaces it (Douglas and
            Peucker 1973); with 0 the outlines give back the same mask, its holes filled.
    """
    # On a grid of twice the size the odd points are pixels and the even ones the corners and edges between them, so
    # that the border of the pixels with all their edges runs where one pixel ends, not through its middle.
    rows, columns = mask.shape
    fine = np.zeros((2 * rows + 1, 2 * columns + 1), np.uint8)
    fine[1::2, 1::2] = mask
    fine = cv2.dilate(fine, np.ones((3, 3), np.uint8)).astype(np.uint8, copy=False)
    found, _ = cv2.findContours(fine, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    thin = found if tolerance == EXACT else [cv2.approxPolyDP(each, 2 * tolerance, closed=True) for each in found]
    rings = [each.reshape(-1, 2).astype(np.float64) / 2 for each in thin]
    return sorted((ring for ring in rings if len(ring) >= _CORNERS), key=area, reverse=True)


def fill(rings: Sequence[Ring], *, width: int, height: int) -> NDArray[np.bool_]:
    """Return the mask of shape (height, width) that is the union of the rings; what lies beyond it is cut off."""
    inside = np.zeros((height, width), np.bool_)
    for ring in rings:
        inside |= _inside(np.asarray(ring, np.float64), width=width, height=height)
    return inside


def area(ring: Ring) -> float:
    """Return a ring's area in square pixels, by the shoelace formula."""
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _inside(ring: Ring, *, width: int, height: int) -> NDArray[np.bool_]:
    """Count for each pixel how often the ring winds around its centre: along the row, each edge crossed is one turn."""
    start, end = ring, np.roll(ring, -1, axis=0)
    turns = np.zeros((height, width + 1), np.int32)
    first, last = (np.clip(np.ceil(side[:, 1] - 0.5), 0, height).astype(np.int64) for side in (start, end))
    for index in np.flatnonzero(first != last):
        low, high = sorted((int(first[index]), int(last[index])))
        rows = np.arange(low, high)
        share = (rows + 0.5 - start[index, 1]) / (end[index, 1] - start[index, 1])
        crossed = start[index, 0] + share * (end[index, 0] - start[index, 0])
        column = np.clip(np.ceil(crossed - 0.5), 0, width).astype(np.int64)
        turns[rows, column] += 1 if first[index] < last[index] else -1
    inside: NDArray[np.bool_] = np.cumsum(turns, axis=1)[:, :width] != 0
    return inside
