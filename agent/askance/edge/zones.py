"""Parts of the picture that count: who stands in them, and a view of those alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.values import Area, Bools, Floats, Polygon, Signal
from askance.edge.view import NOBODY, Moment, View

WHOLE: Final[Polygon] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

_RIM: Final = 1e-6  # a box that is cut off at a side of the picture stands just inside it
_CORNERS: Final = 3

Corner: TypeAlias = tuple[float, float]


def fault(polygon: Sequence[Corner]) -> str | None:
    """Say why corners make no polygon that a zone could be; None: they do."""
    if len(polygon) < _CORNERS:
        return f"a polygon has {_CORNERS} corners or more, got {len(polygon)}"
    for x, y in polygon:
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            return f"corners are shares of the frame's width and height, from 0 to 1, got [{x:g}, {y:g}]"
    edges = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    for (x, y), after in edges:
        if (x, y) == after:
            return f"the same corner stands twice in a row, leave one out: [{x:g}, {y:g}]"
    for (at, one), (index, other) in combinations(enumerate(edges), 2):
        if index - at not in {1, len(edges) - 1} and _cross(one, other):
            (x0, y0), (x1, y1) = one
            return f"the polygon crosses itself at the edge from [{x0:g}, {y0:g}] to [{x1:g}, {y1:g}]"
    if abs(sum(_turn(((0.0, 0.0), start), end) for start, end in edges)) < 2 * _RIM:
        return "the polygon has no area"
    return None


def ground(boxes: Floats, *, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return where objects touch the ground, (n, 2): the middle of the bottom of each box, as shares of the frame.

    Args:
        boxes: (n, 4): left, top, right, bottom, pixels.
        size: width and height of the frame, pixels.
    """
    x = (boxes[:, 0] + boxes[:, 2]) / (2.0 * size[0])
    return np.clip(np.stack([x, boxes[:, 3] / size[1]], axis=1).astype(np.float64), _RIM, 1.0 - _RIM)


def inside(points: NDArray[np.float64], polygon: Polygon) -> Bools:
    """Say of each point, shape (n,), whether the polygon holds it: a ray from it crosses an odd number of edges.

    Args:
        points: (n, 2): x, y.
        polygon: of two that share an edge exactly one holds a point on it.
    """
    start = np.array(polygon)
    end = np.roll(start, -1, axis=0)
    x, y = points[:, 0, None], points[:, 1, None]
    spans = (start[:, 1] > y) != (end[:, 1] > y)
    slope = (end[:, 0] - start[:, 0]) / np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    crossed = spans & (x < start[:, 0] + slope * (y - start[:, 1]))
    return np.asarray(crossed.sum(axis=1) % 2 == 1, np.bool_)


def stands(boxes: Floats, area: Area, *, size: tuple[int, int]) -> Bools:
    """Say of each box, shape (n,), whether what it holds stands in the area.

    Args:
        boxes: (n, 4): left, top, right, bottom, pixels.
        area: the area.
        size: width and height of the frame, pixels.
    """
    points, held = ground(boxes, size=size), np.zeros(len(boxes), np.bool_)
    for polygon in area.include:
        held |= inside(points, polygon)
    for polygon in area.exclude:
        held &= ~inside(points, polygon)
    return held


@dataclass(frozen=True, slots=True)
class Confined:
    """A view of what counts alone.

    Attributes:
        view: every moment without the candidates that do not count.
        rows: (n,): which candidates of the whole frame those of ``view`` are.
    """

    view: View
    rows: NDArray[np.intp]

    def widen(self, signal: Signal) -> Signal:
        """Return a signal of ``view`` with the indices that its objects have in the whole frame."""
        return replace(signal, objects=tuple(self.rows[list(signal.objects)].tolist()))


def confine(view: View, area: Area) -> Confined:
    """Leave out what does not stand in the area, in every moment alike.

    A track counts in all moments or in none: by where it stands in the frame itself, or else stood last before, or
    stands first after. So nobody seems to come, go or flicker who steps over the border. A candidate without a track
    counts where it stands.

    Args:
        view: the whole frame, between those around it.
        area: what counts.
    """
    moments = (view.now, *reversed(view.before), *view.after)
    rows = _counting(moments, area, size=view.size)
    now, *others = (
        Moment(take(moment.detections, chosen), moment.tracks[chosen], moment.at_ns, moment.sightings[chosen])
        for moment, chosen in zip(moments, rows, strict=True)
    )
    before = tuple(reversed(others[: len(view.before)]))
    after = tuple(others[len(view.before) :])
    again = tuple(replace(each, detections=_standing(each.detections, area, size=view.size)) for each in view.again)
    # how many objects are usual was learnt of the whole frame, and says nothing of a part
    return Confined(replace(view, now=now, before=before, after=after, usual=None, again=again), rows[0])


def _standing(detections: Detections, area: Area, *, size: tuple[int, int]) -> Detections:
    return take(detections, np.flatnonzero(stands(detections.boxes, area, size=size)))


def _counting(moments: Sequence[Moment], area: Area, *, size: tuple[int, int]) -> list[NDArray[np.intp]]:
    """List the candidates of each moment that count: by where their track is seen first, or without one by their own.

    Args:
        moments: in the order in which a track is looked for.
        area: what counts.
        size: width and height of the frames, pixels.
    """
    held = stands(np.concatenate([moment.detections.boxes for moment in moments]), area, size=size)
    tracks = np.concatenate([moment.tracks for moment in moments])
    _, first, track = np.unique(tracks, return_index=True, return_inverse=True)
    counts = np.where(tracks == NOBODY, held, held[first][track])
    ends = np.cumsum([len(moment.tracks) for moment in moments])
    return [np.flatnonzero(part) for part in np.split(counts, ends[:-1])]


def take(detections: Detections, rows: NDArray[np.intp]) -> Detections:
    """Return some candidates, in the order of ``rows``, shape (n,)."""
    columns = (detections.class_scores, detections.embeddings)
    class_scores, embeddings = (None if column is None else column[rows] for column in columns)
    lists = (detections.shapes, detections.models)
    shapes, models = (None if column is None else tuple(column[row] for row in rows.tolist()) for column in lists)
    return Detections(
        boxes=detections.boxes[rows],
        scores=detections.scores[rows],
        label_ids=detections.label_ids[rows],
        class_scores=class_scores,
        reported=detections.reported[rows],
        shapes=shapes,
        support=None if detections.support is None else detections.support.take(rows),
        embeddings=embeddings,
        models=models,
    )


def _turn(edge: tuple[Corner, Corner], corner: Corner) -> float:
    """Return twice the signed area of the triangle; above 0 where the way turns clockwise in the picture."""
    (x0, y0), (x1, y1) = edge
    return (x1 - x0) * (corner[1] - y0) - (corner[0] - x0) * (y1 - y0)


def _cross(one: tuple[Corner, Corner], other: tuple[Corner, Corner]) -> bool:
    """Whether two edges without a common corner meet."""
    sides = [_turn(one, corner) for corner in other], [_turn(other, corner) for corner in one]
    if any(first * second > 0 for first, second in sides):
        return False
    # on one line they meet if their boxes do
    return all(
        max(min(one[0][axis], one[1][axis]), min(other[0][axis], other[1][axis]))
        <= min(max(one[0][axis], one[1][axis]), max(other[0][axis], other[1][axis]))
        for axis in (0, 1)
    )
