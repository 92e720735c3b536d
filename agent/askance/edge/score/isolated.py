"""Objects that are there in one frame only: mostly they are none."""

from typing import Final

from askance.edge.kalman import reach
from askance.edge.score.cases import Case, absent, connected, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.score.whereabouts import in_place, may_leave, near, strangers
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
    if not view.before or not view.after or not connected(view.before[-1], view.after[0]):
        return NOTHING
    reports, around = view.now.reports, (*view.before, *view.after)
    suspects = [track for track in absent(reports, around) if wanted(wish, reports[track].label)]
    if not suspects:
        return NOTHING
    cases: list[Case] = []
    beside = (view.before[-1], view.after[0])
    others = [other for moment in beside for other in strangers(moment, known=reports, sure=SURE)]
    for track in suspects:
        index, label, score, *_ = report = reports[track]
        if not (_passes(report, view) or near(report, others, sure=SURE) or any(in_place(report, at) for at in around)):
            text = f"{lore.names[label]} at {score:.2f} is in this frame only, not in {len(around)} around it"
            cases.append(Case(score, index, text))
    return weigh(cases, nothing=NOTHING)


def _passes(report: Report, view: View) -> bool:
    """Whether the object may have come into the picture since the frame before, and leave it before the next."""
    soonest = min(abs(moment.at_ns - report.at_ns) for moment in (view.before[-1], view.after[0]))
    return may_leave(report.box, way=SURE * reach(soonest / 1e9), size=view.size)
