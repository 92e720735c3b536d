"""Rotated boxes whose angle jumps: the object turned on evenly, its box did not."""

from itertools import islice
from typing import Final

from askance.edge.score.cases import Case, weigh
from askance.edge.score.forms import Place, reported_forms, track_forms
from askance.edge.score.lore import Lore
from askance.edge.shapes import Turned
from askance.edge.values import Measure, Signal
from askance.edge.view import View

USUAL: Final = 10.0
"""So many degrees a box may tremble."""

SLENDER: Final = 1.0
"""A box whose long side is longer than the short one by this share of it has an angle that can be told."""

_QUARTER: Final = 90.0
_HALF: Final = 180.0

NOTHING: Final = Signal("angle_jump", 0.0, (), "no angle that jumps")


def angle_jump(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure how far the long side of a box has turned beyond its motion; None where no candidate is a rotated box.

    The angle of a track is expected where it was in its last report before the frame, or where its turn between the
    last two leads, whichever is nearer: ``d`` degrees away, at most 90, because a box turned by 180 degrees is the
    same. It counts ``(d - USUAL) / (90 - USUAL)`` times its slenderness, ``(long / short - 1) / SLENDER`` up to 1, the
    lesser of the two frames: a square has no angle.

    Args:
        view: the frame, with tracks; without frames before it nothing can be said.
        wish: label ids.
        lore: label names.
    """
    found = view.detections
    boxes = reported_forms(found, Turned, wish=wish)
    if boxes is None:
        return None
    cases: list[Case] = []
    for row, box in boxes.items():
        track = int(view.now.tracks[row])
        before = list(islice(track_forms(view.before[::-1], track, kind=Turned), 2))
        if not before:
            continue
        jump = _jump(view.now.at_ns, box, before=before)
        doubt = (jump - USUAL) / (_QUARTER - USUAL) * min(_slenderness(box), _slenderness(before[0][1]))
        if doubt > 0.0:
            name = lore.names[int(found.label_ids[row])]
            cases.append(Case(doubt, row, f"the angle of {name} (track {track}) jumps by {jump:.0f} degrees"))
    return weigh(cases, nothing=NOTHING)


def _jump(now_ns: int, box: Turned, *, before: list[tuple[Place, Turned]]) -> float:
    """Return how many degrees an angle lies beside the expected one, from 0 to 90; a box alone stands for both."""
    (place, last), (earlier, eldest) = before[0], before[-1]
    turned, apart_ns = _between(_along(box), _along(last)), place.moment.at_ns - earlier.moment.at_ns
    share = (now_ns - place.moment.at_ns) / apart_ns if apart_ns > 0 else 0.0
    led = share * _between(_along(last), _along(eldest))
    return min(abs(turned), abs(_between(turned, led)))


def _along(box: Turned) -> float:
    """Return the direction of the long side, degrees."""
    width, height = box.size
    return box.degrees if width >= height else box.degrees + _QUARTER


def _between(one: float, other: float) -> float:
    """Return by how many degrees one direction is clockwise of another, from -90 up to 90."""
    return (one - other + _QUARTER) % _HALF - _QUARTER


def _slenderness(box: Turned) -> float:
    short, long = sorted(box.size)
    return min(1.0, (long - short) / (SLENDER * short)) if short > 0.0 else 1.0
