"""Where an object may be that a frame lacks: frames that lie far apart say little of who has come and gone."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from askance.edge.iou import ious
from askance.edge.values import Floats
from askance.edge.view import Moment, Report

PLACE: Final = 0.3
"""A candidate that overlaps a box by so much lies on its place."""

HALF: Final = 0.5
"""An object is near whose middle comes within the box, or so near to it as it may have moved."""


def may_leave(box: Sequence[float], *, way: float, size: tuple[int, int]) -> bool:
    """Say whether the middle of an object may lie outside the picture, once it has moved.

    Args:
        box: left, top, right, bottom, pixels.
        way: how far it may have come, in its sides.
        size: width and height of the picture, pixels.
    """
    middles, sides = _middles_and_sides(box)
    return any(
        not way * side <= middle <= end - way * side for middle, side, end in zip(middles, sides, size, strict=True)
    )


def near(report: Report, moment: Moment, *, way: float, but: Collection[int]) -> bool:
    """Say whether another frame reports what may be the object, moved: of its label, and not too far.

    Args:
        report: the object.
        moment: the other frame.
        way: how far it may have come, in its sides.
        but: tracks that are known to be others.
    """
    middles, sides = _middles_and_sides(report.box)
    for track, other in moment.reports.items():
        if other.label == report.label and track not in but:
            away = zip(middles, _middles_and_sides(other.box)[0], sides, strict=True)
            if all(abs(middle - its) <= (HALF + way) * side for middle, its, side in away):
                return True
    return False


def in_place(report: Report, moment: Moment) -> bool:
    """Say whether another frame has a candidate of the object's label on its place, however unsure."""
    found = moment.detections
    boxes: Floats = found.boxes[found.label_ids == report.label]
    with np.errstate(invalid="ignore"):  # boxes without area lie nowhere
        return bool((ious(np.array([report.box], np.float32), boxes) >= PLACE).any())


def _middles_and_sides(box: Sequence[float]) -> tuple[tuple[float, float], tuple[float, float]]:
    left, top, right, bottom = box
    return ((left + right) / 2, (top + bottom) / 2), (right - left, bottom - top)
