"""The parts of a frame that a model looks at more closely."""

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


def tiles(width: int, height: int, *, count: int, overlap: float) -> tuple[Crop, ...]:
    """Return ``count`` x ``count`` tiles of one size that cover a frame, row by row; of a tiny frame fewer.

    Args:
        width: the frame's, pixels.
        height: the frame's, pixels.
        count: how many stand side by side, at least 1.
        overlap: what two neighbours have in common, as a share of the frame's side; in [0, 1].
    """
    columns, rows = (_row(length, count=count, overlap=overlap) for length in (width, height))
    return tuple(Crop(left, top, right, bottom) for top, bottom in rows for left, right in columns)


def _row(length: int, *, count: int, overlap: float) -> list[tuple[int, int]]:
    least = -(-length // count)  # tiles that have nothing in common must still leave nothing out
    side = min(length, max(least, round(length * (1.0 + (count - 1) * overlap) / count)))
    firsts = {round(step * (length - side) / max(1, count - 1)) for step in range(count)}
    return [(first, first + side) for first in sorted(firsts)]


def _span(centre: float, side: int, *, length: int) -> tuple[int, int]:
    side = min(side, length)
    first = int(np.clip(round(centre - side / 2), 0, length - side))
    return first, first + side
