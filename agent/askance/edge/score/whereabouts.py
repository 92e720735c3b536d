"""Where an object may be that a frame lacks: frames that lie far apart say little of who has come and gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from askance.edge.iou import ious
from askance.edge.kalman import reach
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


def strangers(moment: Moment, *, known: Mapping[int, Report], sure: float = 1.0) -> Sequence[Report]:
    """Return the reports of a moment that may be of somebody who is not among its tracks.

    Those are reports of tracks that are not known, and, because tracks are swapped where frames lie far apart, those of
    known ones who may be one of these instead: of walkers in a row each may be taken for the one ahead, and the first
    for nobody.

    Args:
        moment: the other frame.
        known: what was reported of each known track, in the frame nearest to the moment.
        sure: how far they may have come, in standard deviations.
    """
    reports = moment.reports
    found = [reports[track] for track in reports.keys() - known.keys()]
    if not found:
        return found
    taken = defaultdict[int, set[int]](set)  # by the label that they had
    for track in reports.keys() & known.keys():
        taken[known[track].label].add(track)
    for stranger in found:  # grows while it is gone through
        instead = {track for track in taken[stranger.label] if _may_be(known[track], stranger, sure=sure)}
        taken[stranger.label] -= instead
        found += [reports[track] for track in instead]
    return found


def near(report: Report, others: Iterable[Report], *, sure: float = 1.0) -> bool:
    """Say whether one of the reports of another frame may be the object, moved: of its label, and not too far.

    Args:
        report: the object.
        others: the reports.
        sure: how far it may have come, in standard deviations.
    """
    return any(_may_be(report, other, sure=sure) for other in others)


def in_place(report: Report, moment: Moment) -> bool:
    """Say whether another frame has a candidate of the object's label on its place, however unsure."""
    found = moment.detections
    boxes: Floats = found.boxes[found.label_ids == report.label]
    with np.errstate(invalid="ignore"):  # boxes without area lie nowhere
        return bool((ious(np.array([report.box], np.float32), boxes) >= PLACE).any())


def _may_be(report: Report, other: Report, *, sure: float) -> bool:
    """Whether two reports may be of one object."""
    if report.label != other.label:
        return False
    ((x, y), (width, height)), ((its_x, its_y), _) = _middles_and_sides(report.box), _middles_and_sides(other.box)
    far = HALF + sure * reach(abs(other.at_ns - report.at_ns) / 1e9)
    return abs(x - its_x) <= far * width and abs(y - its_y) <= far * height


def _middles_and_sides(box: Sequence[float]) -> tuple[tuple[float, float], tuple[float, float]]:
    left, top, right, bottom = box
    return ((left + right) / 2, (top + bottom) / 2), (right - left, bottom - top)
