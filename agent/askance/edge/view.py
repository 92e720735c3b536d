"""What signals look at: one frame, between the frames before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from askance.edge.detections import Detections
from askance.edge.values import Ints

NOBODY = -1
"""Stands in ``Moment.tracks`` for a candidate that belongs to no track."""


class Report(NamedTuple):
    """A reported candidate of a track: its row in the detections, its label's id and its score."""

    row: int
    label: int
    score: float


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame that the detector has looked at.

    Attributes:
        detections: every candidate from the floor up.
        tracks: (n,), int32: the track of each candidate, ``NOBODY`` for none; no track twice.
        at_ns: when the frame was taken, nanoseconds on its camera's time line.
        places: the row of each track that has a candidate.
        reports: the reported ones of these, by track; every frame around asks for them.
    """

    detections: Detections
    tracks: Ints
    at_ns: int
    places: Mapping[int, int] = field(init=False)
    reports: Mapping[int, Report] = field(init=False)

    def __post_init__(self) -> None:
        if self.tracks.shape != (len(self.detections),):
            raise ValueError(f"expected {len(self.detections)} tracks, got shape {self.tracks.shape}")
        places = {track: index for index, track in enumerate(self.tracks.tolist()) if track != NOBODY}
        found = self.detections
        rows = zip(found.reported.tolist(), found.label_ids.tolist(), found.scores.tolist(), strict=True)
        reports = {
            track: Report(index, label, score)
            for index, (track, (reported, label, score)) in enumerate(zip(self.tracks.tolist(), rows, strict=True))
            if reported and track != NOBODY
        }
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "reports", reports)


@dataclass(frozen=True, slots=True)
class View:
    """A frame that is to be judged, with what the same camera saw around it.

    Attributes:
        now: the frame.
        size: its width and height, pixels; those of the others are the same.
        before: frames before it, oldest first.
        after: frames after it, oldest first; nobody waits long for them, so there are few.
    """

    now: Moment
    size: tuple[int, int]
    before: tuple[Moment, ...] = ()
    after: tuple[Moment, ...] = ()

    @property
    def detections(self) -> Detections:
        """What was seen on the frame itself."""
        return self.now.detections


def untracked(detections: Detections, *, at_ns: int) -> Moment:
    """Return a moment in which nobody was followed."""
    return Moment(detections, np.full(len(detections), NOBODY, np.int32), at_ns)


def alone(detections: Detections, *, size: tuple[int, int]) -> View:
    """Return the view of a still picture, which nothing comes before or after."""
    return View(untracked(detections, at_ns=0), size)
