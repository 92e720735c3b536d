"""Landmarks without scores of their own: each counts as much as the object that it belongs to."""

import numpy as np
from numpy.typing import NDArray

from askance.edge.shapes import Skeleton


def skeletons(points: NDArray[np.float64], scores: NDArray[np.float64]) -> tuple[Skeleton, ...]:
    """Make one skeleton of each row.

    Args:
        points: (n, 2 k): x, y, x, y, ... in pixels of the frame.
        scores: (n,).
    """
    pairs = points.reshape(len(points), points.shape[1] // 2, 2)
    table = np.concatenate([pairs, np.broadcast_to(scores[:, None, None], (*pairs.shape[:2], 1))], axis=2)
    return tuple(map(Skeleton, table))
