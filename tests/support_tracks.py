"""Scenes over time: each object is written as its track, and a frame as what it shows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from askance.edge.detections import Detections
from askance.edge.view import NOBODY, Moment, View
from support_scenes import CAR, SIZE

TENTH_NS = 10**8
MIDDLE = (300.0, 200.0, 360.0, 260.0)


class Seen(NamedTuple):
    """One candidate: its track, label, score and box (left, top, right, bottom)."""

    track: int = NOBODY
    label: int = CAR
    score: float = 0.9
    box: tuple[float, float, float, float] = MIDDLE


def moment(objects: Sequence[Seen], *, at_ns: int = 0, sightings: int = 1) -> Moment:
    """Candidates best first, as a detector lists them; all of tracks that were seen so often."""
    order = sorted(objects, key=lambda seen: -seen.score)
    scores = np.array([seen.score for seen in order], np.float32)
    found = Detections(
        boxes=np.array([seen.box for seen in order], np.float32).reshape(-1, 4),
        scores=scores,
        label_ids=np.array([seen.label for seen in order], np.int32),
        class_scores=None,
        reported=scores >= 0.5,
    )
    tracks = np.array([seen.track for seen in order], np.int32)
    return Moment(found, tracks, at_ns, np.where(tracks == NOBODY, 0, sightings))


def view(
    *before: Sequence[Seen], now: Sequence[Seen], after: Sequence[Sequence[Seen]] = (), size: tuple[int, int] = SIZE
) -> View:
    """A view of frames a tenth of a second apart."""
    frames = [*before, now, *after]
    moments = [moment(objects, at_ns=index * TENTH_NS, sightings=1 + index) for index, objects in enumerate(frames)]
    at = len(before)
    return View(moments[at], size, tuple(moments[:at]), tuple(moments[at + 1 :]))
