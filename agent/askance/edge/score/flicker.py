"""Objects that are reported before and after a frame and missing in it: they were there all the time."""

from typing import Final

from askance.edge.score.cases import Case, mean_score, own, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.score.whereabouts import near, strangers
from askance.edge.values import Measure, Signal
from askance.edge.view import Report, View

NOTHING: Final = Signal("flicker", 0.0, (), "no object that comes and goes")

SIGHTINGS: Final = 3
"""So often the frames around have to report it; else one may have left, and another come to its place."""


def flicker(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely an object is missed that the frames on both sides report.

    A track that is reported before and after the frame, last and next under one label and at least three times in all,
    and not in it counts the mean score of those reports (the flicker assertion of Kang et al., Model Assertions for
    Monitoring and Improving ML Models, MLSys 2020). Where the frame reports a stranger of that label near by, it may
    be the same, and nothing is said.

    Args:
        view: the frame, with tracks; without frames after it nothing can be said.
        wish: label ids, by what the object is taken for.
        lore: label names.
    """
    suspects: list[int] = []
    for track in view.last.keys() & view.following.keys() - view.now.reports.keys():
        label = view.last[track].label
        if label == view.following[track].label and wanted(wish, label) and len(_around(track, view)) >= SIGHTINGS:
            suspects.append(track)
    if not suspects:
        return NOTHING
    cases: list[Case] = []
    others = strangers(view.now, known=view.last)
    for track in suspects:
        last = view.last[track]
        if not near(last, others):
            text = f"{lore.names[last.label]} (track {track}) is reported before and after this frame and not in it"
            cases.append(Case(mean_score(_around(track, view)), own(view.now, track, label=last.label), text))
    return weigh(cases, nothing=NOTHING)


def _around(track: int, view: View) -> list[Report]:
    return view.earlier(track) + view.later(track)
