"""Boxes that jump: the object moved on evenly, its box did not."""

from collections.abc import Sequence
from typing import Final

from askance.edge.kalman import stray
from askance.edge.score.cases import Case, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import Report, View

USUAL: Final = 0.3
"""Boxes of real detectors overlap the place between their neighbours by 0.7 and more; what is beyond that counts."""

NOTHING: Final = Signal("jitter", 0.0, (), "no box that jumps")


def jitter(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how far the worst box lies from where the frames on both sides put it.

    The expected box of a track is interpolated, by time, between its last report before and its first after the frame.
    With the overlap ``IoU`` of box and expectation an object counts ``max(0, (1 - IoU - u) / (1 - u))``, where ``u``
    is the usual trembling, ``USUAL``, or what the object may well have come off even motion by in the time to the
    nearer of the two, twice ``kalman.stray``: frames that lie a second apart say nothing.

    Args:
        view: the frame, with tracks; without frames on both sides nothing can be said.
        wish: label ids.
        lore: label names.
    """
    now, before, after = view.now.reports, view.last, view.following
    cases: list[Case] = []
    for track in now.keys() & before.keys() & after.keys():
        report, last, following = now[track], before[track], after[track]
        if last.at_ns >= following.at_ns or not wanted(wish, report.label):
            continue
        iou = _iou(report.box, _between(last, following, at_ns=report.at_ns))
        if 1.0 - iou <= USUAL:
            continue
        usual = _usual(min(report.at_ns - last.at_ns, following.at_ns - report.at_ns))
        if 1.0 - iou > usual:
            doubt = (1.0 - iou - usual) / (1.0 - usual)
            what = f"the box of {lore.names[report.label]} (track {track})"
            cases.append(Case(doubt, report.row, f"{what} jumps: it overlaps the expected place by {iou:.2f}"))
    return weigh(cases, nothing=NOTHING)


def _usual(gap_ns: int) -> float:
    """Return by how much less than 1 a box overlaps the expected place, that long after or before it was known."""
    off = 2.0 * stray(max(gap_ns, 0) / 1e9)
    return max(USUAL, min(1.0, 2.0 * off / (1.0 + off)))


def _between(earlier: Report, later: Report, *, at_ns: int) -> Sequence[float]:
    """Return where a box that moves evenly is at a time."""
    share = (at_ns - earlier.at_ns) / (later.at_ns - earlier.at_ns)
    left, top, right, bottom = earlier.box
    then_left, then_top, then_right, then_bottom = later.box
    return (
        left + (then_left - left) * share,
        top + (then_top - top) * share,
        right + (then_right - right) * share,
        bottom + (then_bottom - bottom) * share,
    )


def _iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the overlap of two boxes.

    NumPy takes longer over four numbers than over the whole frame, and ``min`` and ``max`` three times as long as this.
    """
    left, top, right, bottom = one
    other_left, other_top, other_right, other_bottom = other
    across = (right if right < other_right else other_right) - (left if left > other_left else other_left)  # noqa: FURB136 (see above)
    down = (bottom if bottom < other_bottom else other_bottom) - (top if top > other_top else other_top)  # noqa: FURB136 (likewise)
    if across <= 0.0 or down <= 0.0:
        return 0.0
    common = across * down
    areas = (right - left) * (bottom - top) + (other_right - other_left) * (other_bottom - other_top)
    return common / max(areas - common, 1e-9)
