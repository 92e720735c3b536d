"""Keypoints that follow a box, in pixels of the input."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.candidates import Outputs
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.fit import Fit
from askance.edge.shapes import Skeleton

_SCORED: Final = 3  # x, y and a score


class PoseTail(Tail):
    """A skeleton: x, y and, where the model has it, the score of each point.

    Args:
        points: how many.
        values: numbers a point, 2 or 3; without a score of its own, a point is as sure as its object.
    """

    signals = frozenset({"pose_outlier"})

    def __init__(self, points: int, *, values: int) -> None:
        super().__init__()
        self._shape = (points, values)
        self.numbers = points * values

    def shapes(
        self,
        middles: NDArray[np.float64],  # noqa: ARG002 (the points have their own places)
        tail: NDArray[Any],
        *,
        boxes: NDArray[np.float64],  # noqa: ARG002 (the same)
        outputs: Outputs,  # noqa: ARG002 (the rows say it all)
        fit: Fit,
    ) -> tuple[Skeleton, ...]:
        """Return the skeleton of each object, in pixels of the frame."""
        given = tail.reshape(len(tail), *self._shape).astype(np.float64)
        points = np.ones((*given.shape[:2], 3))
        points[..., :2] = fit.to_frame(given[..., :2])
        if self._shape[1] == _SCORED:
            points[..., 2] = np.clip(given[..., 2], 0.0, 1.0)
        return tuple(Skeleton(one) for one in points)
