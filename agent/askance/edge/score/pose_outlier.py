"""Keypoints that no body can have: a limb too long, a joint outside its box, left and right exchanged for a moment."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.score.body import Body
from askance.edge.score.cases import Case, weigh
from askance.edge.score.forms import Place, reported_forms, track_forms
from askance.edge.score.lore import Lore
from askance.edge.shapes import Skeleton
from askance.edge.values import Measure, Signal
from askance.edge.view import Moment, View

Vector: TypeAlias = NDArray[np.float64]
Fault: TypeAlias = tuple[Vector, Callable[[int], str]]
"""The doubt of each of some bodies, shape (k,), and what there is to say of one of them."""
Sighting: TypeAlias = tuple[Place, Skeleton]

SEEN: Final = 0.3
"""Points of a lower score are guesses, and say nothing."""

LONG: Final = 3.0
"""So many times the usual limb of its body a limb may be long; at twice as many it is surely wrong."""

LIMB: Final = 1 / 6
"""Least length of a usual limb, as a share of the box's diagonal: of a body in profile many look short."""

OUTSIDE: Final = 0.1
"""So far beyond its box a point may lie, as a share of the diagonal; at three times as far it is surely wrong."""

ASIDE: Final = 0.1
"""So far left and right have to lie apart, as a share of the diagonal, before an exchange means anything."""


class _Poses(NamedTuple):
    """Skeletons with equally many points.

    Attributes:
        points: (2, k, points): x and y, pixels.
        seen: (k, points), bool: whether each is more than a guess.
        corner: (2, k, 1): left and top of the box.
        size: (2, k, 1): width and height of the box.
        diagonal: (k, 1): of the box, above 0.
    """

    points: Vector
    seen: NDArray[np.bool_]
    corner: Vector
    size: Vector
    diagonal: Vector

    def take(self, chosen: Sequence[int]) -> Self:
        """Return some of them."""
        rows = list(chosen)
        return type(self)(
            self.points[:, rows], self.seen[rows], self.corner[:, rows], self.size[:, rows], self.diagonal[rows]
        )


NOTHING: Final = Signal("pose_outlier", 0.0, (), "no body that cannot be")


def pose_outlier(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure how likely the keypoints of a reported object are wrong; None where no candidate has keypoints.

    Of each body the worst of three faults counts, each from 0 at what bodies do to 1 where it is surely wrong:

    * a limb of the length ``l`` is too long by ``(l / u - LONG) / LONG``, where a usual limb ``u`` is the median of its
      body, at least ``LIMB`` of the box's diagonal. A limb may look short from any side, and long from none;
    * a point, brought into the picture, lies beyond the box by more than ``OUTSIDE`` of the diagonal;
    * left and right points lie nearer to each other's places in the frames before and after than to their own, by the
      share ``1 - crossed / kept`` of the distances on either side. This one needs tracks.

    Args:
        view: the frame, better with tracks.
        wish: label ids.
        lore: label names, and their bodies; without one only the box is asked.
    """
    found = view.detections
    skeletons = reported_forms(found, Skeleton, wish=wish)
    if skeletons is None:
        return None
    groups: dict[tuple[int, int], list[int]] = {}
    for row, skeleton in skeletons.items():
        groups.setdefault((int(found.label_ids[row]), len(skeleton.points)), []).append(row)
    cases: list[Case] = []
    for (label, points), rows in groups.items():
        name, body = lore.names[label], lore.bodies.get(label)
        poses = _poses([(Place(view.now, row), skeletons[row]) for row in rows])
        faults = [_outside(poses, name, size=view.size)]
        if body is not None and len(body.points) == points:
            faults += [_stretched(poses, name, body=body)] if body.limbs else []
            faults += [_exchanged(view, poses, rows=rows, body=body, name=name)] if body.twins else []
        table = np.stack([doubts for doubts, _ in faults])
        worst, doubts = table.argmax(axis=0), table.max(axis=0)
        cases += [
            Case(float(doubts[place]), rows[place], faults[worst[place]][1](place))
            for place in doubts.nonzero()[0].tolist()
        ]
    return weigh(cases, nothing=NOTHING)


def _poses(sightings: Sequence[Sighting]) -> _Poses:
    """Put skeletons with equally many points, one at least, into one table."""
    table = np.concatenate([skeleton.points for _, skeleton in sightings]).reshape(len(sightings), -1, 3)
    boxes = np.array([moment.detections.boxes[row] for (moment, row), _ in sightings], np.float64).T[..., None]
    x, y, scores = np.ascontiguousarray(table.transpose(2, 0, 1))
    size = np.maximum(boxes[2:] - boxes[:2], 1.0)
    return _Poses(np.stack([x, y]), scores >= SEEN, boxes[:2], size, np.hypot(*size))


def _outside(poses: _Poses, name: str, *, size: tuple[int, int]) -> Fault:
    """Find the point of each body that lies farthest from its box; boxes end where the picture does."""
    inside = np.clip(poses.points, 0.0, np.reshape(size, (2, 1, 1))) - poses.corner
    gaps = np.maximum(np.maximum(-inside, inside - poses.size), 0.0)
    far = np.where(poses.seen, np.hypot(*gaps) / poses.diagonal, 0.0).max(axis=1)
    doubts = np.clip((far - OUTSIDE) / (2 * OUTSIDE), 0.0, 1.0)
    return doubts, lambda place: f"a keypoint of {name} lies outside its box, by {far[place]:.0%} of it"


def _stretched(poses: _Poses, name: str, *, body: Body) -> Fault:
    """Find the limb of each body that is longest for it."""
    start, end = np.array(body.limbs, np.intp).T
    both = poses.seen[:, start] & poses.seen[:, end]
    lengths = np.where(both, np.hypot(*(poses.points[..., start] - poses.points[..., end])), 0.0)
    # the lengths that are not known stand first, with 0; the lower of two middle ones is the median
    middle = lengths.shape[1] - 1 - both.sum(axis=1) // 2
    usual = np.sort(lengths, axis=1)[np.arange(len(lengths)), middle]
    ratios = lengths / np.maximum(usual, LIMB * poses.diagonal[:, 0])[:, None]

    def say(place: int) -> str:
        one, other = (body.points[point] for point in body.limbs[int(ratios[place].argmax())])
        return f"{one} and {other} of {name} lie {ratios[place].max():.1f} usual limbs apart"

    return np.clip((ratios.max(axis=1) - LONG) / LONG, 0.0, 1.0), say


def _exchanged(view: View, poses: _Poses, *, rows: Sequence[int], body: Body, name: str) -> Fault:
    """Hold each body against itself before and after: does it fit better with left and right exchanged?"""
    doubts, tracks = np.ones(len(rows)), view.now.tracks[list(rows)].tolist()
    for moments in (view.before[::-1], view.after):
        nearest = {
            place: sighting
            for place in doubts.nonzero()[0].tolist()
            if (sighting := _nearest(moments, tracks[place], points=len(body.points))) is not None
        }
        crossing = np.zeros(len(rows))
        if nearest:
            then = _poses(list(nearest.values()))
            crossing[list(nearest)] = _crossing(poses.take(list(nearest)), then, twins=body.twins)
        doubts = np.minimum(doubts, crossing)
    return doubts, lambda _: f"left and right of {name} are exchanged, against the frames before and after"


def _nearest(moments: Sequence[Moment], track: int, *, points: int) -> Sighting | None:
    """Return the first report of a track with keypoints, if these are as many."""
    first = next(track_forms(moments, track, kind=Skeleton), None)
    return first if first is not None and len(first[1].points) == points else None


def _crossing(now: _Poses, then: _Poses, *, twins: Sequence[tuple[int, int]]) -> Vector:
    """Say by which share of the distances each body, shape (k,), fits better when left and right are exchanged."""
    left, right = np.array(twins, np.intp).T
    here, there = ((poses.points - poses.corner) / poses.diagonal for poses in (now, then))
    seen = now.seen & then.seen
    both = seen[:, left] & seen[:, right]

    def apart(one: NDArray[np.intp], other: NDArray[np.intp]) -> Vector:
        return np.asarray(np.hypot(*(here[..., one] - there[..., other])), np.float64)

    kept, crossed = (
        np.where(both, apart(left, one) + apart(right, other), 0.0).sum(axis=1)
        for one, other in ((left, right), (right, left))
    )
    moved = kept > ASIDE * 2 * np.maximum(both.sum(axis=1), 1)
    return np.where(moved, np.maximum(1.0 - crossed / np.where(moved, kept, 1.0), 0.0), 0.0)
