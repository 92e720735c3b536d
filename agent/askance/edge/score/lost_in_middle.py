"""Objects that vanish in the middle of the picture: nothing does."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from askance.edge.kalman import reach
from askance.edge.score.cases import Case, absent, connected, mean_score, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.score.whereabouts import may_leave, near, strangers
from askance.edge.values import Measure, Signal
from askance.edge.view import Report, View

SIGHTINGS: Final = 3
"""So often a track has to have been reported before its end means anything."""

BORDER: Final = 0.03
"""An object whose box comes nearer to a side than this share of the picture may have left."""

COVERED: Final = 0.5
"""An object of which another one's box covers more than this share may be behind it."""

NOTHING: Final = Signal("lost_in_middle", 0.0, (), "no track that ends in the middle")


def lost_in_middle(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely an object is missed whose track ends away from every side of the picture.

    A track that was reported in the frame before this one, at least three times in all, and has no candidate in this
    frame or after it, counts the mean score of its reports, unless its last box was near a side or is covered by
    another object now (Luxonis' "lost in middle", with a look ahead so that an object that comes back is none). Where
    the frames around report other objects altogether nothing can be said, nor of an object that may have left the
    picture since, or be one that has begun to be followed.

    Args:
        view: the frame, with tracks; without frames after it nothing can be said.
        wish: label ids, by what the object was taken for last.
        lore: label names.
    """
    if not view.before or not view.after or not connected(view.before[-1], view.after[0]):
        return NOTHING
    reports, moments = view.before[-1].reports, (view.now, *view.after)
    suspects = {
        track: inside
        for track in absent(reports, moments)
        if wanted(wish, reports[track].label) and (inside := _vanished(reports[track], view, track=track)) is not None
    }
    if not suspects:
        return NOTHING
    cases: list[Case] = []
    others = [other for moment in moments for other in strangers(moment, known=view.last)]
    for track, inside in suspects.items():
        if not near(reports[track], others):
            what = f"track {track} ({lore.names[reports[track].label]}) vanished {inside:.0f} px from the border"
            sightings = view.before[-1].sightings[reports[track].row]
            cases.append(Case(mean_score(view.earlier(track)), None, f"{what} after {sightings} frames"))
    return weigh(cases, nothing=NOTHING)


def _vanished(report: Report, view: View, *, track: int) -> float | None:
    """Return how far from every side a track has ended, pixels; None where it may have left, or be hidden."""
    inside = _inside(report.box, size=view.size)
    way = reach(abs(view.now.at_ns - report.at_ns) / 1e9)
    if inside is None or len(view.earlier(track)) < SIGHTINGS or may_leave(report.box, way=way, size=view.size):
        return None
    return None if _covered(report.box, view) else inside


def _inside(box: Sequence[float], *, size: tuple[int, int]) -> float | None:
    """Return how far the box is from the nearest side, pixels; None where it may have left by it."""
    width, height = size
    gaps = (box[0], box[1], width - box[2], height - box[3])
    limits = (BORDER * width, BORDER * height) * 2
    return None if any(gap <= limit for gap, limit in zip(gaps, limits, strict=True)) else min(gaps)


def _covered(box: Sequence[float], view: View) -> bool:
    """Whether an object of this frame hides most of the box."""
    others = view.detections.boxes[view.detections.reported]
    common = np.minimum(others[:, 2:], box[2:]) - np.maximum(others[:, :2], box[:2])
    shares = np.maximum(common, 0.0).prod(axis=1) / max((box[2] - box[0]) * (box[3] - box[1]), 1e-9)
    return bool((shares > COVERED).any())
