"""Scenes that were kept lately: what shows the same once more teaches nothing new."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from askance.edge.detections import Detections
from askance.edge.values import Floats, Ints

ALIKE_BITS: Final = 6
"""Pictures whose 64-bit difference hashes differ in so many bits, or fewer, may be of one scene."""

ALIKE_SHARE: Final = 0.75
"""Of one scene they are if so many of the objects of the one that has more stand in the other too."""

NEAR: Final = 0.05
"""An object stands where another stood if their centres are nearer than this share of the picture's longer side."""

FAINT: Final = 0.2
"""Candidates of a lower score come and go by themselves, and are no object of a scene."""

MOST_OBJECTS: Final = 20
MOST_SCENES: Final = 64


@dataclass(frozen=True, slots=True)
class Looks:
    """What a frame shows, as far as it has to be told from others.

    Attributes:
        dhash: its 64-bit difference hash.
        labels: (n,): of its objects, best first, at most ``MOST_OBJECTS``.
        centres: (n, 2): where they stand, as shares of the picture's longer side.
    """

    dhash: int
    labels: Ints
    centres: Floats

    def alike(self, other: "Looks") -> bool:
        """Whether two frames show the same objects in the same places."""
        if (self.dhash ^ other.dhash).bit_count() > ALIKE_BITS:
            return False
        most = max(len(self.labels), len(other.labels))
        if not min(len(self.labels), len(other.labels)):
            return most == 0
        apart = np.abs(self.centres[:, None] - other.centres).max(axis=2)
        same = (apart < NEAR) & (self.labels[:, None] == other.labels)
        return bool(min(same.any(axis=0).sum(), same.any(axis=1).sum()) >= ALIKE_SHARE * most)


def looks(detections: Detections, *, dhash: str, size: tuple[int, int]) -> Looks:
    """Describe a frame.

    Args:
        detections: what was seen on it.
        dhash: its difference hash, 16 hex digits.
        size: its width and height, pixels.
    """
    clear = np.flatnonzero(detections.scores >= FAINT)[:MOST_OBJECTS]
    boxes = detections.boxes[clear]
    centres = (boxes[:, :2] + boxes[:, 2:]) / (2 * max(size))
    return Looks(int(dhash, 16), detections.label_ids[clear], centres.astype(np.float32))


class Scene(NamedTuple):
    """A frame that was kept, and when, on the clock that budgets run on."""

    at_ns: int
    looks: Looks


@dataclass(frozen=True, slots=True)
class Scenes:
    """The frames of a camera that were kept last, oldest first."""

    kept: tuple[Scene, ...] = ()

    def add(self, seen: Looks, *, now_ns: int) -> "Scenes":
        """Remember a frame that was kept."""
        return Scenes((*self.kept, Scene(now_ns, seen))[-MOST_SCENES:])

    def age_ns(self, seen: Looks, *, now_ns: int) -> int | None:
        """Return how long ago the last frame that is alike was kept; None: none is remembered.

        One in the future is of another time line, and counts as kept now.
        """
        alike = (scene.at_ns for scene in reversed(self.kept) if scene.looks.alike(seen))
        at_ns = next(alike, None)
        return None if at_ns is None else max(0, now_ns - at_ns)
