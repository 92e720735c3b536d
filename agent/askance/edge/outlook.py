"""What a camera usually shows, learnt slowly: whether it looks elsewhere by now, and whether something sticks to it."""

from dataclasses import dataclass, replace
from math import exp
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]

SIDE: Final = 8
"""The picture has so many cells across and down, where dirt is looked for."""

CELLS: Final = SIDE * SIDE

FADE_NS: Final = 3600 * 10**9
"""Time constant with which what is usual is forgotten."""

LEARNT_NS: Final = 300 * 10**9
"""So long a camera has to have been watched for anything to be usual: longer than a shot of a film that was cut.

A view that stands in place of another before begins it anew.
"""

STEADY_NS: Final = 30 * 10**9
"""So long another view has to stand for the camera to have moved: no car before the lens, no turning camera."""

SETTLED_NS: Final = 600 * 10**9
"""After so long another view is the usual one, and a cell that shows nothing is dirty."""

AWAY: Final = 0.5
"""The camera may look elsewhere while less than this share of the usual view is left."""

_EVERY_NS: Final = 10**9
_LONGEST_NS: Final = 10 * 10**9  # between two frames nobody knows what was to be seen for longer
_HALF: Final = (80, 45)
_GRID: Final = (16, 9)
_LIKENESS: Final = 0.5  # what is less alike from frame to frame has no usual view
_FAINT: Final = 0.5  # of the usual edges; in fog, in the dark, out of focus nothing is said of the view
_BLANK: Final = 0.25  # of the usual texture of a cell
_TEXTURED: Final = 8.0  # grey levels: a quarter of less is within ``picture.GRAIN``, and nothing to be told from it


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What a camera in its pose has shown so far.

    Attributes:
        at_ns: when the last frame was taken that it was learnt from, on the camera's time line.
        edges: (9, 16, 2), float32: the usual edges, see ``_edges``.
        texture: (8, 8), float32: the usual magnitude of the Laplacian in each cell, grey levels.
        blank_ns: (8, 8), int64: since when a cell shows nothing; -1: it does.
        watched_ns: how long it has been watched.
        likeness: the usual correlation of a frame's edges with the usual ones.
        other: the edges of the other view that it may have turned to; None: it has not.
        other_ns: since when.
        left: share of the usual view that is left where another stands in its place, in [0, 1]; 1: none does.
        dirt: share of the cells that have shown nothing for ``SETTLED_NS``, although they used to and others do.
    """

    at_ns: int
    edges: Floats
    texture: Floats
    blank_ns: Ints
    watched_ns: int = 0
    likeness: float = 0.0
    other: Floats | None = None
    other_ns: int = 0
    left: float = 1.0
    dirt: float = 0.0


def survey(memory: Outlook | None, tile: Grey, *, before: Grey | None, at_ns: int) -> Outlook:
    """Hold a frame against what its camera usually shows, and learn from it; of those of a second from the first.

    Args:
        memory: of the camera's frames before, None: there is none; a time line that has stepped back forgets it.
        tile: the frame, (90, 160).
        before: the frame before; None: there is none.
        at_ns: when it was taken, on the camera's time line.
    """
    if memory is not None and 0 <= at_ns - memory.at_ns < _EVERY_NS:
        return memory
    half = np.asarray(cv2.resize(tile, _HALF, interpolation=cv2.INTER_AREA), np.uint8)
    edges = _edges(half)
    texture = _cells(np.asarray(cv2.convertScaleAbs(cv2.Laplacian(half, cv2.CV_16S)), np.uint8))
    if memory is None or at_ns < memory.at_ns:
        return _begin(edges, texture, at_ns=at_ns)
    likeness = _likeness(edges, memory.edges)
    clear = float(texture.mean()) >= _FAINT * float(memory.texture.mean())
    left = _left(memory, likeness) if clear else 1.0
    other, other_ns = _other(memory, edges, left=left, at_ns=at_ns)
    stands_ns = 0 if other is None else at_ns - other_ns
    learnt = memory.watched_ns - min(stands_ns, STEADY_NS) >= LEARNT_NS  # before the other view came
    told = left if learnt and stands_ns >= STEADY_NS else 1.0
    if stands_ns >= (SETTLED_NS if learnt else STEADY_NS):
        return replace(_begin(edges, texture, at_ns=at_ns), left=told)
    shown = texture if before is None else np.maximum(texture, _cells(np.asarray(cv2.absdiff(before, tile), np.uint8)))
    blank_ns = _blank(memory, shown, there=other is None, at_ns=at_ns)
    dirty = (blank_ns >= 0) & (at_ns - blank_ns >= SETTLED_NS)
    memory = replace(memory, left=told, dirt=int(np.count_nonzero(dirty)) / CELLS)
    memory = replace(memory, blank_ns=blank_ns, other=other, other_ns=other_ns)
    if stands_ns >= STEADY_NS:  # what is usual is missed, or usual no more
        return replace(memory, at_ns=at_ns)
    return _learn(memory, edges, likeness=likeness, texture=texture, at_ns=at_ns)


def _begin(edges: Floats, texture: Floats, *, at_ns: int) -> Outlook:
    """Begin to learn, with a first frame."""
    return Outlook(at_ns, edges, texture, np.full((SIDE, SIDE), -1, np.int64))


def _edges(half: Grey) -> Floats:
    """Return how strong edges are and which way they run, (9, 16, 2): the doubled angle, its mean over all taken out.

    Where bright and dark change places, as trees do under infrared lamps, it stays the same.
    """
    across, down = (
        np.asarray(cv2.Sobel(half, cv2.CV_32F, *order, scale=0.125), np.float32) for order in ((1, 0), (0, 1))
    )
    steep = np.asarray(cv2.magnitude(across, down), np.float32)
    weight = 1.0 / (steep + 1.0)
    doubled = cv2.merge([(across * across - down * down) * weight, 2.0 * across * down * weight])
    coarse = np.asarray(cv2.resize(doubled, _GRID, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(coarse - coarse.mean(axis=(0, 1)), np.float32)


def _cells(values: Grey) -> Floats:
    """Return the mean of each cell."""
    return np.asarray(cv2.resize(values.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)


def _likeness(one: Floats, other: Floats) -> float:
    """Return the correlation of two views' edges; 0 where one has none."""
    lengths = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(np.vdot(one, other)) / lengths if lengths > 0 else 0.0


def _left(memory: Outlook, likeness: float) -> float:
    """Return the share of the usual view that is left; all of it where none is usual."""
    if memory.likeness < _LIKENESS:
        return 1.0
    return min(1.0, max(0.0, likeness / memory.likeness))


def _other(memory: Outlook, edges: Floats, *, left: float, at_ns: int) -> tuple[Floats | None, int]:
    """Return the view that stands in the place of the usual one, and since when; one that changes begins anew."""
    if left >= AWAY:
        return None, 0
    if memory.other is None or _likeness(edges, memory.other) < AWAY * memory.likeness:
        return edges, at_ns
    return memory.other, memory.other_ns


def _blank(memory: Outlook, shown: Floats, *, there: bool, at_ns: int) -> Ints:
    """Return since when cells show nothing that used to show something, while at least as many others still do.

    Args:
        memory: what is usual.
        shown: (8, 8): by how much pixels differ from their neighbours, or from the frame before.
        there: whether the camera looks where it usually does.
        at_ns: when the frame was taken.
    """
    nothing = np.full((SIDE, SIDE), -1, np.int64)
    if not there or memory.watched_ns < LEARNT_NS:
        return nothing
    known = memory.texture >= _TEXTURED
    blank = known & (shown < _BLANK * memory.texture)
    if 2 * np.count_nonzero(blank) > np.count_nonzero(known):
        return nothing
    return np.where(blank, np.where(memory.blank_ns < 0, at_ns, memory.blank_ns), nothing)


def _learn(memory: Outlook, edges: Floats, *, likeness: float, texture: Floats, at_ns: int) -> Outlook:
    """Let what is usual come nearer to a frame: the mean of all at first, later of the last hour above all.

    Cells that show nothing wait for that hour from the beginning, or dirt would be usual as soon as it is told.
    """
    step_ns = min(at_ns - memory.at_ns, _LONGEST_NS)
    watched_ns = memory.watched_ns + step_ns
    slow = 1.0 - exp(-step_ns / FADE_NS)
    weight = max(slow, step_ns / max(watched_ns, 1))
    weights = np.where(memory.blank_ns >= 0, np.float32(slow), np.float32(weight))
    return replace(
        memory,
        watched_ns=watched_ns,
        at_ns=at_ns,
        edges=memory.edges + np.float32(weight) * (edges - memory.edges),
        likeness=memory.likeness + weight * (likeness - memory.likeness),
        texture=memory.texture + weights * (texture - memory.texture),
    )
