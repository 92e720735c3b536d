"""Objects that are there in one frame only: mostly they are none."""

from typing import Final

from askance.edge.score.cases import Case, absent, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import Moment, View

NOTHING: Final = Signal("isolated", 0.0, (), "no object that is in this frame only")


def isolated(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely a reported object is false because no frame around it has anything in its place.

    An object whose track has no candidate in the frames before or after, not even below the report threshold, counts
    its own score: the surer the detector was, the more there is to learn (isolated detections: Jin et al.,
    Unsupervised Hard Example Mining from Videos, ECCV 2018). Without a frame on either side nothing can be said, and
    nothing where those next to it report other objects altogether: the film was cut, or frames lie too far apart.

    Args:
        view: the frame, with tracks.
        wish: label ids.
        lore: label names.
    """
    cases: list[Case] = []
    around = (*view.before, *view.after)
    if view.before and view.after and _connected(view.before[-1], view.after[0]):
        for track in absent(view.now.reports, around):
            index, label, score, *_ = view.now.reports[track]
            if wanted(wish, label):
                text = f"{lore.names[label]} at {score:.2f} is in this frame only, not in {len(around)} around it"
                cases.append(Case(score, index, text))
    return weigh(cases, nothing=NOTHING)


def _connected(before: Moment, after: Moment) -> bool:
    """Whether two frames show the same objects in part, or one of them none."""
    return not before.reports or not after.reports or not before.reports.keys().isdisjoint(after.reports)
