"""Rotated boxes: an angle that follows the box, and their suppression by ProbIoU."""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.candidates import Outputs
from askance.edge.detect.decode.coordinates import corners
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.fit import Fit
from askance.edge.shapes import Turned

_BLOCK: Final = 300
_THINNEST: Final = 0.1  # pixels: a box without width has no logarithm, and a thread little precision


class AngleTail(Tail):
    """A turned box: one angle, radians, clockwise in the image because y points down."""

    numbers = 1
    signals = frozenset({"angle_jump"})

    def upright(self, middles: NDArray[np.float64], tail: NDArray[Any]) -> NDArray[np.float64]:
        """Return the upright rectangle around each turned box, (n, 4): left, top, right, bottom."""
        across, down = np.abs(np.cos(tail[:, 0])), np.abs(np.sin(tail[:, 0]))
        width, height = middles[:, 2], middles[:, 3]
        size = np.stack([width * across + height * down, width * down + height * across], axis=1)
        return corners(np.concatenate([middles[:, :2], size], axis=1))

    def suppress(
        self,
        middles: NDArray[np.float64],
        tail: NDArray[Any],
        *,
        classes: NDArray[np.intp],
        iou: float,
        most: int,
    ) -> NDArray[np.intp]:
        """Return the indices of the boxes, given best first, that overlap no better one of their class by more.

        One that is dropped still drops others (Fast NMS: Bolya et al., YOLACT, 2019), as these models were measured.
        """
        turned = np.concatenate([middles, tail.astype(np.float64)], axis=1)
        kept = np.empty(0, np.intp)
        for start in range(0, len(turned), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(turned)))
            rivals = np.arange(rows[-1])
            close = probabilistic_iou(turned[rows], turned[rivals]) > iou
            beaten = close & (classes[rows][:, None] == classes[rivals]) & (rivals < rows[:, None])
            kept = np.concatenate([kept, rows[~beaten.any(axis=1)]])
            if len(kept) >= most:
                break
        return kept[:most]

    def shapes(
        self,
        middles: NDArray[np.float64],
        tail: NDArray[Any],
        *,
        boxes: NDArray[np.float64],  # noqa: ARG002 (only upright)
        outputs: Outputs,  # noqa: ARG002 (the rows say it all)
        fit: Fit,
    ) -> tuple[Turned, ...]:
        """Return the turned box of each object, in pixels of the frame."""
        centres, sizes = fit.to_frame(middles[:, :2]), middles[:, 2:] / fit.scale
        return tuple(
            Turned((x, y), (width, height), degrees)
            for (x, y), (width, height), degrees in zip(
                centres.tolist(), sizes.tolist(), _degrees(tail[:, 0]).tolist(), strict=True
            )
        )


def probabilistic_iou(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compare turned boxes as Gaussians: 1 - Hellinger distance (Llerena et al., ProbIoU, 2021, arXiv 2106.06072).

    Args:
        one: (n, 5): centre x, centre y, width, height, radians.
        other: (m, 5).

    Returns:
        (n, m) in [0, 1].
    """
    (a, b, c, det), (rival_a, rival_b, rival_c, rival_det) = _covariance(one), _covariance(other)
    sum_a, sum_b, sum_c = a[:, None] + rival_a, b[:, None] + rival_b, c[:, None] + rival_c
    dx, dy = one[:, None, 0] - other[:, 0], one[:, None, 1] - other[:, 1]
    sum_det = sum_a * sum_b - sum_c**2
    apart = (sum_a * dy**2 + sum_b * dx**2 - 2 * sum_c * dx * dy) / sum_det / 4
    unlike = np.log(sum_det / (4 * np.sqrt(det[:, None] * rival_det))) / 2
    result: NDArray[np.float64] = 1 - np.sqrt(1 - np.exp(-np.maximum(apart + unlike, 0.0)))
    return result


def _covariance(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """(n,) each: variance in x, in y, their covariance, and the determinant."""
    along, beside = (np.maximum(boxes[:, 2:4], _THINNEST) ** 2 / 12).T
    cosine, sine = np.cos(boxes[:, 4]), np.sin(boxes[:, 4])
    a = along * cosine**2 + beside * sine**2
    b = along * sine**2 + beside * cosine**2
    return a, b, (along - beside) * cosine * sine, along * beside


def _degrees(radians: NDArray[Any]) -> NDArray[np.float64]:
    """Bring angles into (-180, 180] degrees."""
    turned: NDArray[np.float64] = 180.0 - np.mod(180.0 - radians.astype(np.float64) * 180.0 / math.pi, 360.0)
    return turned
