"""The square of a frame that another model looks at more closely."""

from typing import NamedTuple

import numpy as np

from askance.edge.values import Floats


class Crop(NamedTuple):
    """A part of a frame, in whole pixels: first column and row, and the ones behind the last."""

    left: int
    top: int
    right: int
    bottom: int


def around(box: Floats, *, scale: float, width: int, height: int) -> Crop:
    """Return the square round a box that is ``scale`` times as long as the box's longer side.

    Near a border the square is moved into the frame rather than cut, so that a model that stretches its input sees true
    proportions; only a square longer than a side of the frame is cut to it.

    Args:
        box: (4,): left, top, right, bottom in pixels of the frame, clipped to it.
        scale: at least 1.
        width: the frame's, pixels.
        height: the frame's, pixels.
    """
    left, top, right, bottom = (float(side) for side in box)
    side = max(1, round(max(right - left, bottom - top) * scale))
    first, behind = _span((left + right) / 2, side, length=width)
    upper, below = _span((top + bottom) / 2, side, length=height)
    return Crop(first, upper, behind, below)


def _span(centre: float, side: int, *, length: int) -> tuple[int, int]:
    side = min(side, length)
    first = int(np.clip(round(centre - side / 2), 0, length - side))
    return first, first + side
