"""Objects that move, as a detector reports them, and the ids that they are followed by."""

from collections.abc import Sequence

import numpy as np

from askance.edge.detections import Detections
from askance.edge.track import TrackMemory, follow

PERSON, CAR = 1, 3
REPORT = 0.5
FRAME_NS = 200_000_000
SECOND_NS = 10**9

Object = tuple[float, float, float, int]
"""Left, top, score, label."""


def seen(*found: Object, side: float = 40) -> Detections:
    """What is seen in a frame, each object a square."""
    places = np.array([(left, top, left + side, top + side) for left, top, _, _ in found], np.float32).reshape(-1, 4)
    scores = np.array([score for _, _, score, _ in found], np.float32)
    labels = np.array([label for _, _, _, label in found], np.int32)
    return Detections(places, scores, labels, None, scores >= REPORT)


def person(left: float, top: float = 0, score: float = 0.9) -> Object:
    """Somebody at a place."""
    return left, top, score, PERSON


def ids(frames: Sequence[Detections], *, every_ns: int = FRAME_NS) -> list[list[int]]:
    """The ids in each frame."""
    memory, found = TrackMemory(), []
    for number, frame in enumerate(frames):
        memory, tracks = follow(memory, frame, at_ns=number * every_ns)
        found.append(tracks.tolist())
    return found
