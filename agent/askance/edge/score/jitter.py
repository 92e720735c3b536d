"""Boxes that jump: the object moved on evenly, its box did not."""

from typing import Final, TypeAlias

from askance.edge.score.cases import Case, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

Box: TypeAlias = list[float]
"""Left, top, right, bottom, pixels; numpy takes longer over four numbers than over the whole frame."""

USUAL: Final = 0.3
"""Boxes of real detectors overlap the place between their neighbours by 0.7 and more; what is beyond that counts."""


def jitter(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how far the worst box lies from where the frames on both sides put it.

    The expected box of a track is interpolated, by time, between its last report before and its first after the frame.
    With the overlap ``IoU`` of box and expectation an object counts ``max(0, (1 - IoU - u) / (1 - u))``, where ``u``
    is the usual trembling, ``USUAL``.

    Args:
        view: the frame, with tracks; without frames on both sides nothing can be said.
        wish: label ids.
        lore: label names.
    """
    cases: list[Case] = []
    for track, (index, label, _) in view.now.reports.items():
        expected = _expected(view, track) if wanted(wish, label) else None
        if expected is None:
            continue
        iou = _iou(view.detections.boxes[index].tolist(), expected)
        doubt = (1.0 - iou - USUAL) / (1.0 - USUAL)
        if doubt > 0.0:
            text = f"the box of {lore.names[label]} (track {track}) jumps: it overlaps the expected place by {iou:.2f}"
            cases.append(Case(doubt, index, text))
    return weigh("jitter", cases, nothing="no box that jumps")


def _expected(view: View, track: int) -> Box | None:
    earlier = next((moment for moment in reversed(view.before) if track in moment.reports), None)
    later = next((moment for moment in view.after if track in moment.reports), None)
    if earlier is None or later is None or later.at_ns <= earlier.at_ns:
        return None
    share = (view.now.at_ns - earlier.at_ns) / (later.at_ns - earlier.at_ns)
    first, last = (moment.detections.boxes[moment.reports[track].row].tolist() for moment in (earlier, later))
    return [one + (other - one) * share for one, other in zip(first, last, strict=True)]


def _iou(one: Box, other: Box) -> float:
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) for box in (one, other))
    return across * down / max(areas - across * down, 1e-9)
