"""Scenes that were kept lately: what shows the same once more teaches nothing new."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.iou import SAME, ious
from askance.edge.values import Bools, Floats, Ints

ALIKE_BITS: Final = 6
"""Pictures whose 64-bit difference hashes differ in so many bits, or fewer, may be of one scene."""

UNLIKE_BITS: Final = 32
"""In so many bits the hashes of two pictures differ that have nothing to do with each other, on average."""

ALIKE_SHARE: Final = 0.75
"""Of one scene they are if so many of the objects of the one that has more stand in the other too."""

NEAR: Final = 0.05
"""An object stands where another stood if their centres are nearer than this share of the picture's longer side."""

FAINT: Final = 0.2
"""Candidates of a lower score come and go by themselves, and are no object of a scene."""

MOMENT_NS: Final = 10**9
"""Frames of one camera that are nearer to each other show the same moment."""

MOST_OBJECTS: Final = 20
MOST_SCENES: Final = 64

_NO_LABEL: Final = -1


@dataclass(frozen=True, slots=True)
class Looks:
    """What a frame shows, as far as it has to be told from others.

    Attributes:
        dhash: its 64-bit difference hash.
        labels: (n,): of its objects, best first, at most ``MOST_OBJECTS``.
        centres: (n, 2): where they stand, as shares of the picture's longer side.
        embeddings: (n, numbers): of each, of length 1; None where the model gives none.
    """

    dhash: int
    labels: Ints
    centres: Floats
    embeddings: Floats | None = None

    def alike(self, other: "Looks") -> bool:
        """Whether two frames show the same objects in the same places."""
        return bool(Album((other,)).alike(self)[0])


@dataclass(frozen=True)  # no slots: the columns are worked out once
class Album:
    """What several frames show, side by side, so that one more is held against all of them at once."""

    pages: tuple[Looks, ...]

    def alike(self, seen: Looks) -> Bools:
        """Say of each frame, shape (n,), whether it shows the same objects in the same places."""
        near = self._bits(seen) <= ALIKE_BITS
        near[near] = self._shares(seen, np.flatnonzero(near)) >= ALIKE_SHARE
        return near

    def likeness(self, seen: Looks) -> Floats:
        """Return, shape (n,), how alike each frame is, in [0, 1]: ``(1 - bits / 32) * share``.

        Of hashes of pictures that have nothing in common 32 of 64 ``bits`` differ; ``share`` is that of the objects of
        the frame that has more which stand in the other too, each counting the cosine of its embeddings where the model
        gives them.
        """
        pictures = np.maximum(0.0, 1.0 - self._bits(seen) / UNLIKE_BITS)
        near = np.flatnonzero(pictures)
        pictures[near] *= self._shares(seen, near)
        return np.asarray(pictures, np.float32)

    def _bits(self, seen: Looks) -> NDArray[np.uint8]:
        return np.asarray(np.bitwise_count(self._hashes ^ np.uint64(seen.dhash)), np.uint8)

    def _shares(self, seen: Looks, pages: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return of some frames, shape (n,), the share of objects that they have in common with ``seen``."""
        here = self._labels[pages, :, None] == seen.labels
        for mine, its in zip(self._centres, seen.centres.T, strict=True):
            here &= np.abs(mine[pages, :, None] - its) < NEAR
        same: Bools | Floats = here
        vectors = self._embeddings
        if vectors is not None and seen.embeddings is not None and vectors.shape[2] == seen.embeddings.shape[1]:
            same = here * np.clip(vectors[pages] @ seen.embeddings.T, 0.0, 1.0)
        common = np.minimum(*(same.max(axis=axis, initial=0).sum(axis=1) for axis in (1, 2)))
        most = np.maximum(self._counts[pages], len(seen.labels))
        return np.where(most, np.minimum(common / np.maximum(most, 1), 1.0), 1.0)

    @cached_property
    def _hashes(self) -> NDArray[np.uint64]:
        return np.array([page.dhash for page in self.pages], np.uint64)

    @cached_property
    def _counts(self) -> NDArray[np.intp]:
        return np.array([len(page.labels) for page in self.pages], np.intp)

    @cached_property
    def _labels(self) -> Ints:
        labels = np.full((len(self.pages), int(self._counts.max(initial=0))), _NO_LABEL, np.int32)
        for row, page in zip(labels, self.pages, strict=True):
            row[: len(page.labels)] = page.labels
        return labels

    @cached_property
    def _centres(self) -> Floats:
        """Of every frame, all x and all y: (2, frames, objects)."""
        centres = np.zeros((2, *self._labels.shape), np.float32)
        for at, page in enumerate(self.pages):
            centres[:, at, : len(page.labels)] = page.centres.T
        return centres

    @cached_property
    def _embeddings(self) -> Floats | None:
        """Those of all frames, (frames, objects, numbers); None where they are not all of one model."""
        given = [page.embeddings for page in self.pages if page.embeddings is not None]
        if len(given) < len(self.pages) or len({vectors.shape[1] for vectors in given}) != 1:
            return None
        embeddings = np.zeros((*self._labels.shape, given[0].shape[1]), np.float32)
        for at, vectors in enumerate(given):
            embeddings[at, : len(vectors)] = vectors
        return embeddings


def looks(detections: Detections, *, dhash: str, size: tuple[int, int]) -> Looks:
    """Describe a frame. Of boxes on one thing the best says what it is: what else it may be comes and goes.

    Args:
        detections: what was seen on it.
        dhash: its difference hash, 16 hex digits.
        size: its width and height, pixels.
    """
    clear = (detections.scores >= FAINT).nonzero()[0][:MOST_OBJECTS]
    if len(clear) > 1:
        boxes = detections.boxes[clear]
        with np.errstate(invalid="ignore"):  # boxes without area
            clear = clear[~np.tril(ious(boxes, boxes) > SAME, -1).any(axis=1)]
    boxes = detections.boxes[clear]
    centres = (boxes[:, :2] + boxes[:, 2:]) / (2 * max(size))
    embeddings = None if detections.embeddings is None else _units(detections.embeddings[clear])
    return Looks(int(dhash, 16), detections.label_ids[clear], centres.astype(np.float32, copy=False), embeddings)


def _units(vectors: Floats) -> Floats:
    """Return vectors of length 1, one of length 0 as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), np.float32)


class Scene(NamedTuple):
    """A frame that was kept, and when, on the clock that budgets run on."""

    at_ns: int
    looks: Looks


@dataclass(frozen=True)  # no slots: the album is laid out once
class Scenes:
    """The frames of a camera that were kept last, oldest first."""

    kept: tuple[Scene, ...] = ()

    def add(self, seen: Looks, *, now_ns: int) -> "Scenes":
        """Remember a frame that was kept."""
        return Scenes((*self.kept, Scene(now_ns, seen))[-MOST_SCENES:])

    def age_ns(self, seen: Looks, *, now_ns: int) -> int | None:
        """Return how long ago, or ahead, the nearest frame that is alike was kept; None: none is remembered.

        A frame of the same moment is alike, whatever has moved in it.
        """
        ages_ns = np.array([abs(now_ns - scene.at_ns) for scene in self.kept])
        alike = np.flatnonzero(self._album.alike(seen) | (ages_ns < MOMENT_NS))
        return int(ages_ns[alike].min()) if len(alike) else None

    def novelty(self, seen: Looks) -> float:
        """Return how little a frame looks like the most alike of those that were kept, in [0, 1]; 1 where none was."""
        return 1.0 - float(self._album.likeness(seen).max(initial=0.0))

    @cached_property
    def _album(self) -> Album:
        return Album(tuple(scene.looks for scene in self.kept))
