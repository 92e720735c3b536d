"""What signals look at: one frame, between the frames before and after it."""

from dataclasses import dataclass

import numpy as np

from askance.edge.detections import Detections
from askance.edge.values import Ints

NOBODY = -1
"""Stands in ``Moment.tracks`` for a candidate that belongs to no track."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame that the detector has looked at.

    Attributes:
        detections: every candidate from the floor up.
        tracks: (n,), int32: the track of each candidate, ``NOBODY`` for none; no track twice.
        at_ns: when the frame was taken, nanoseconds on its camera's time line.
    """

    detections: Detections
    tracks: Ints
    at_ns: int

    def __post_init__(self) -> None:
        if self.tracks.shape != (len(self.detections),):
            raise ValueError(f"expected {len(self.detections)} tracks, got shape {self.tracks.shape}")


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


def alone(detections: Detections, *, size: tuple[int, int]) -> View:
    """Return the view of a still picture, which nothing comes before or after."""
    return View(Moment(detections, np.full(len(detections), NOBODY, np.int32), 0), size)
