"""Objects that are reported before and after a frame and missing in it: they were there all the time."""

from typing import Final

from askance.edge.score.cases import Case, mean_score, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

NOTHING: Final = Signal("flicker", 0.0, (), "no object that comes and goes")


def flicker(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely an object is missed that the frames on both sides report.

    A track that is reported before and after the frame and not in it counts the mean score of those reports (the
    flicker assertion of Kang et al., Model Assertions for Monitoring and Improving ML Models, MLSys 2020).

    Args:
        view: the frame, with tracks; without frames after it nothing can be said.
        wish: label ids, by what the object was taken for last.
        lore: label names.
    """
    cases: list[Case] = []
    for track in view.earlier.keys() & view.later.keys() - view.now.reports.keys():
        earlier, label = view.earlier[track], view.earlier[track][-1].label
        if wanted(wish, label):
            text = f"{lore.names[label]} (track {track}) is reported before and after this frame and not in it"
            cases.append(Case(mean_score([*earlier, *view.later[track]]), view.now.places.get(track), text))
    return weigh(cases, nothing=NOTHING)
