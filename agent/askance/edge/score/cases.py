"""What the signals that watch tracks have in common: cases of doubt, and one signal made of them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from askance.edge.score.candidates import and_more
from askance.edge.values import Measure, Signal
from askance.edge.view import Moment, Report

MOST_OBJECTS: Final = 64


class Case(NamedTuple):
    """One thing that is probably wrong with a frame.

    Attributes:
        doubt: how sure that is, in [0, 1].
        candidate: the candidate it is about; None where the frame lacks one.
        text: a sentence for people, without a full stop.
    """

    doubt: float
    candidate: int | None
    text: str


def weigh(cases: Sequence[Case], *, nothing: Signal) -> Signal:
    """Make a signal of cases: the probability that at least one is an error, were they independent.

    Args:
        cases: in any order.
        nothing: the signal where there is none.
    """
    innocent = 1.0
    found = sorted(cases, key=lambda case: (-case.doubt, case.text)) if cases else []
    for case in found:
        innocent *= 1.0 - case.doubt
    if innocent == 1.0:
        return nothing
    objects = tuple(case.candidate for case in found if case.candidate is not None)[:MOST_OBJECTS]
    return Signal(nothing.name, 1.0 - innocent, objects, found[0].text + and_more(len(found) - 1))


def wanted(wish: Measure, label: int) -> bool:
    """Whether a label counts."""
    return wish.label_ids is None or label in wish.label_ids


def absent(tracks: Collection[int], moments: Iterable[Moment]) -> Collection[int]:
    """Return the tracks that have no candidate in any of the moments, in their order."""
    for moment in moments:
        if not tracks:  # few are left after the first moment, and mostly none
            break
        places = moment.places
        tracks = [track for track in tracks if track not in places]
    return tracks


def own(moment: Moment, track: int, *, label: int) -> int | None:
    """Return the row of a track's candidate if it has that label; under another one it is not the object's."""
    row = moment.places.get(track)
    return row if row is not None and moment.detections.label_ids[row] == label else None


def connected(before: Moment, after: Moment) -> bool:
    """Whether two frames report the same objects in part, or one of them none; else they lie too far apart."""
    return not before.reports or not after.reports or not before.reports.keys().isdisjoint(after.reports)


def mean_score(reports: Sequence[Report]) -> float:
    """Return the mean score of at least one report; as a float it might else lie a hair above 1."""
    return min(1.0, sum(report.score for report in reports) / len(reports))
