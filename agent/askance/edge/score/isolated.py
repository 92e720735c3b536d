"""Objects that are there in one frame only: mostly they are none."""

from typing import Final

from askance.edge.kalman import reach
from askance.edge.score.cases import Case, absent, connected, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.score.whereabouts import in_place, may_leave, near
from askance.edge.values import Measure, Signal
from askance.edge.view import Report, View

SURE: Final = 2.0
"""So many standard deviations of what an object moves may separate two of its places."""

NOTHING: Final = Signal("isolated", 0.0, (), "no object that is in this frame only")


def isolated(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely a reported object is false because no frame around it has anything in its place.

    An object whose track has no candidate in the frames before or after, not even below the report threshold, counts
    its own score: the surer the detector was, the more there is to learn (isolated detections: Jin et al.,
    Unsupervised Hard Example Mining from Videos, ECCV 2018). Without a frame on either side nothing can be said, and
    nothing where those next to it report other objects altogether, or lie so far apart that the object may have come
    into the picture and left it in between. What may be the object, elsewhere in those two frames, or has its label on
    its place in any, even below the report threshold, speaks for it.

    Args:
        view: the frame, with tracks.
        wish: label ids.
        lore: label names.
    """
    cases: list[Case] = []
    around = (*view.before, *view.after)
    if view.before and view.after and connected(view.before[-1], view.after[0]):
        for track in absent(view.now.reports, around):
            index, label, score, *_ = report = view.now.reports[track]
            if wanted(wish, label) and not _elsewhere(report, view):
                text = f"{lore.names[label]} at {score:.2f} is in this frame only, not in {len(around)} around it"
                cases.append(Case(score, index, text))
    return weigh(cases, nothing=NOTHING)


def _elsewhere(report: Report, view: View) -> bool:
    """Whether the object may be in another frame of the view, or be outside the picture in both next to it."""
    beside, others = (view.before[-1], view.after[0]), view.now.places
    ways = [SURE * reach(abs(moment.at_ns - report.at_ns) / 1e9) for moment in beside]
    return (
        may_leave(report.box, way=min(ways), size=view.size)
        or any(near(report, moment, way=way, but=others) for moment, way in zip(beside, ways, strict=True))
        or any(in_place(report, moment) for moment in (*view.before, *view.after))
    )
