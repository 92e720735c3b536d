"""Nine projected points of a 3D box become its place in space."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.shapes import Placement, Solid

_SIGNS: Final = np.array(list(product((-1.0, 1.0), repeat=3)))  # of the corners: x slowest, z fastest
# A corner as a sum of four control points: the centre, and the ends of the half axes x, y, z.
_SHARES: Final = np.concatenate([1.0 - _SIGNS.sum(axis=1, keepdims=True), _SIGNS], axis=1)
_STEPS: Final = 40
_GAIN: Final = 1e-6  # a step that lessens the error by a smaller share is the last
_LEAST_DAMPING: Final = 1e-6
_MISS: Final = 0.1  # of the points' own spread; what projects further off is another box
_FLAT: Final = 1e-3  # a side this much shorter than the longest is no side


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A pinhole camera without distortion.

    Attributes:
        focal: lengths along x and y, pixels of the frame.
        middle: principal point, x and y, pixels of the frame.
    """

    focal: tuple[float, float]
    middle: tuple[float, float]

    def __post_init__(self) -> None:
        if min(self.focal) <= 0:
            raise ValueError(f"expected positive focal lengths, got {self.focal}")


def placed(detections: Detections, camera: Intrinsics, *, heights: Mapping[int, float]) -> Detections:
    """Return the detections with every 3D box placed in space, as far as its points allow.

    Args:
        detections: in pixels of the whole frame, not of a crop.
        camera: of the frame's size.
        heights: by label id, the real height of its objects in metres, where it is known.
    """
    if detections.shapes is None:
        return detections
    shapes = tuple(
        replace(shape, placement=lift(shape.points, camera, height=heights.get(int(label))))
        if isinstance(shape, Solid)
        else shape
        for shape, label in zip(detections.shapes, detections.label_ids, strict=True)
    )
    return replace(detections, shapes=shapes)


def lift(points: NDArray[np.float64], camera: Intrinsics, *, height: float | None = None) -> Placement | None:
    """Find the box whose corners project to the given points: EPnP (Lepetit, Moreno-Noguer, Fua 2009).

    The eight corners are sums of four control points, which projection makes sixteen equations for twelve numbers that
    are known up to one factor. The nearest rotation to what they span, and the lengths along it, are where the search
    for the box with the least reprojection error begins.

    Args:
        points: (9, 2): the centre, which takes no part, and the corners, pixels of the frame.
        camera: who took the frame.
        height: length along the box's own y in metres; None where it is not known.

    Returns:
        None where no box with three sides before the camera projects to about these points.
    """
    rays = (points[1:] - camera.middle) / camera.focal
    rows = np.zeros((2 * len(rays), 4, 3))
    for axis in (0, 1):
        rows[axis::2, :, axis] = _SHARES
        rows[axis::2, :, 2] = -_SHARES * rays[:, axis, None]
    controls = np.linalg.svd(rows.reshape(len(rows), -1))[2][-1].reshape(4, 3)
    if controls[0, 2] < 0:
        controls = -controls
    centre, halves = controls[0], (controls[1:] - controls[0]).T
    turn = _nearest_rotation(halves / np.maximum(np.linalg.norm(halves, axis=0), np.finfo(np.float64).tiny))
    start = _Body(turn, centre, (turn * halves).sum(axis=0))
    if not start.sound():
        return None
    body = _refine(start, rays)
    if (body.misses(rays) ** 2).sum() > _MISS**2 * ((rays - rays.mean(axis=0)) ** 2).sum():
        return None
    factor = (1.0 if height is None else height) / (2.0 * body.halves[1])
    size, place = _three(2.0 * factor * body.halves), _three(factor * body.centre)
    return Placement(_quaternion(body.turn), place, size, metric=height is not None)


@dataclass(frozen=True, slots=True)
class _Body:
    """A box: its rotation (3, 3), its centre (3,) and half its sides (3,)."""

    turn: NDArray[np.float64]
    centre: NDArray[np.float64]
    halves: NDArray[np.float64]

    def sound(self) -> bool:
        """Whether it has three sides and lies before the camera."""
        return bool(self.halves.min() > _FLAT * self.halves.max() and self.corners()[:, 2].min() > 0)

    def corners(self) -> NDArray[np.float64]:
        """(8, 3), in the camera's frame."""
        corners: NDArray[np.float64] = (_SIGNS * self.halves) @ self.turn.T + self.centre
        return corners

    def misses(self, rays: NDArray[np.float64]) -> NDArray[np.float64]:
        """(16,): how far the corners project beside the rays, x and y."""
        corners = self.corners()
        misses: NDArray[np.float64] = (corners[:, :2] / corners[:, 2:] - rays).ravel()
        return misses

    def slopes(self) -> NDArray[np.float64]:
        """(16, 9): how the projections change with a turn about the camera's axes, the centre, and the half sides."""
        corners = self.corners()
        arms = corners - self.centre
        turned = np.cross(np.eye(3)[None], arms[:, None]).transpose(0, 2, 1)
        moved = np.broadcast_to(np.eye(3), (len(arms), 3, 3))
        grown = self.turn[None] * _SIGNS[:, None]
        ways = np.concatenate([turned, moved, grown], axis=2)
        rays = corners[:, :2] / corners[:, 2:]
        slopes: NDArray[np.float64] = (ways[:, :2] - rays[:, :, None] * ways[:, 2:]) / corners[:, 2:, None]
        return slopes.reshape(-1, 9)

    def step(self, change: NDArray[np.float64]) -> "_Body":
        """Return the box changed along its nine ways."""
        turn = cv2.Rodrigues(change[:3])[0].astype(np.float64)
        return _Body(turn @ self.turn, self.centre + change[3:6], self.halves + change[6:])


def _refine(body: _Body, rays: NDArray[np.float64]) -> _Body:
    """Lessen the reprojection error step by step (Levenberg 1944, Marquardt 1963).

    What four free control points span is no box until it is bent into one, and that alone may move its corners far.
    """
    error, damping = float((body.misses(rays) ** 2).sum()), 1e-3
    for _ in range(_STEPS):
        slopes, misses = body.slopes(), body.misses(rays)
        normal = slopes.T @ slopes
        # The one factor that nothing tells leaves a direction without slope: damping keeps it in place.
        change = np.linalg.solve(normal + damping * np.diag(normal.diagonal()), slopes.T @ misses)
        better = body.step(-change.astype(np.float64))
        left = float((better.misses(rays) ** 2).sum()) if better.sound() else np.inf
        done = error * (1 - _GAIN) <= left <= error
        if left <= error:
            body, error, damping = better, left, max(damping / 10, _LEAST_DAMPING)
        else:
            damping *= 10
        if done:
            break
    return body


def _nearest_rotation(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rotation (3, 3) nearest to three columns of length 1 (Kabsch 1976)."""
    left, _, right = np.linalg.svd(axes)
    turn: NDArray[np.float64] = left * (1.0, 1.0, np.linalg.det(left @ right)) @ right
    return turn


def _quaternion(turn: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return a rotation as w, x, y, z with w >= 0: the eigenvector of Bar-Itzhack (2000) to the largest eigenvalue."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = turn.tolist()
    matrix = np.array(
        [
            [xx + yy + zz, zy - yz, xz - zx, yx - xy],
            [zy - yz, xx - yy - zz, xy + yx, xz + zx],
            [xz - zx, xy + yx, yy - xx - zz, yz + zy],
            [yx - xy, xz + zx, yz + zy, zz - xx - yy],
        ]
    )
    best = np.linalg.eigh(matrix)[1][:, -1]
    w, x, y, z = (best if best[0] >= 0 else -best).tolist()
    return w, x, y, z


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z
