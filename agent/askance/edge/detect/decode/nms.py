"""Non-maximum suppression: of boxes of one class on one place, the best stays."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_FIRST: Final = 300


def suppress(boxes: NDArray[np.float64], classes: NDArray[np.intp], *, iou: float, most: int) -> NDArray[np.intp]:
    """Greedy suppression within each class.

    Args:
        boxes: (n, 4): left, top, right, bottom, best first.
        classes: (n,): the class of each; boxes of different classes do not disturb each other.
        iou: a box that overlaps a better one of its class by more is dropped.
        most: how many to keep.

    Returns:
        Indices of the best boxes that stay, best first, at most ``most``.
    """
    # A box only depends on better ones, and the cost grows with the square: so the best few hundred come first,
    # and the rest is looked at only when they did not yield enough.
    size = _FIRST if len(boxes) > 2 * _FIRST else len(boxes)
    while True:
        kept = _suppress(boxes[:size], classes[:size], iou=iou)
        if len(kept) >= most or size >= len(boxes):
            return kept[:most]
        size *= 4


def _suppress(boxes: NDArray[np.float64], classes: NDArray[np.intp], *, iou: float) -> NDArray[np.intp]:
    if not len(boxes):
        return np.empty(0, np.intp)
    # OpenCV keeps classes apart by shifting them, which is only right where no coordinate is negative.
    corners = boxes[:, :2] - boxes[:, :2].min(axis=0)
    rectangles = np.concatenate([corners, boxes[:, 2:] - boxes[:, :2]], axis=1)
    # Ranks instead of scores: the order is given, and equal scores stay in it.
    ranks = np.arange(len(boxes), 0, -1, dtype=np.float64)
    # Lists, because OpenCV reads them twice as fast as arrays.
    kept = cv2.dnn.NMSBoxesBatched(rectangles.tolist(), ranks.tolist(), classes.tolist(), 0.0, iou)
    return np.sort(np.asarray(kept, np.intp).ravel())
