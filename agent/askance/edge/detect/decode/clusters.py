"""What each kept box has suppressed: how many rivals, how sure, how close."""

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Rivals, Support

_MOST: Final = 300  # the best rivals tell enough, and the cost grows with their number


def cluster(
    boxes: NDArray[np.float64],
    scores: NDArray[np.float64],
    *,
    classes: NDArray[np.intp],
    kept: NDArray[np.intp],
    iou: float,
) -> Support:
    """Describe the rivals of every kept box: those of its class that overlap it most, and by more than ``iou``.

    Args:
        boxes: (n, 4): left, top, right, bottom, best first.
        scores: (n,).
        classes: (n,).
        kept: indices of the boxes that stayed.
        iou: the overlap from which on a box was suppressed.

    Returns:
        One row for each of ``kept``.
    """
    work = partial(_rivals, boxes, scores, classes=classes, kept=kept, iou=iou)
    return Support(len(kept), work)


def _rivals(
    boxes: NDArray[np.float64],
    scores: NDArray[np.float64],
    *,
    classes: NDArray[np.intp],
    kept: NDArray[np.intp],
    iou: float,
) -> Rivals:
    rivals = np.union1d(np.arange(min(_MOST, len(boxes))), kept)
    overlaps = np.where(classes[kept][:, None] == classes[rivals], pairwise_iou(boxes[kept], boxes[rivals]), 0.0)
    itself = np.searchsorted(rivals, kept)
    overlaps[np.arange(len(kept)), itself] = 1.0  # also where a box has no area
    owner = overlaps.argmax(axis=0) if len(kept) else np.empty(0, np.intp)
    joined = overlaps[owner, np.arange(len(rivals))] > iou if len(kept) else np.empty(0, np.bool_)
    joined[itself] = True
    of, rivals = owner[joined], rivals[joined]
    sizes = np.log(np.maximum(_areas(boxes[rivals]), 1e-9))
    count = np.maximum(np.bincount(of, minlength=len(kept)), 1).astype(np.float64)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(of, weights=values, minlength=len(kept)) / count

    def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sqrt(mean((values - mean(values)[of]) ** 2))

    suppressed = np.maximum(count - 1, 1)
    near = np.where(rivals != kept[of], overlaps[:, joined][of, np.arange(len(of))], 0.0)
    iou_mean = np.where(count > 1, np.bincount(of, weights=near, minlength=len(kept)) / suppressed, 1.0)
    columns = (count, mean(scores[rivals]), spread(scores[rivals]), iou_mean, spread(sizes))
    return Rivals(*(column.astype(np.float32) for column in columns))


def pairwise_iou(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the overlap of every box of ``one``, shape (n, 4), with every box of ``other``, (m, 4), as (n, m)."""
    # Column by column and in place: a short last axis and new memory cost more than the arithmetic.
    left, top, right, bottom = (column[:, None] for column in np.ascontiguousarray(one.T))
    other_left, other_top, other_right, other_bottom = np.ascontiguousarray(other.T)
    common: NDArray[np.float64] = np.minimum(right, other_right)
    down = np.minimum(bottom, other_bottom)
    common -= np.maximum(left, other_left)
    down -= np.maximum(top, other_top)
    np.maximum(common, 0.0, out=common)
    np.maximum(down, 0.0, out=down)
    common *= down
    union = np.add(_areas(one)[:, None], _areas(other), out=down)
    union -= common
    common /= np.maximum(union, np.finfo(np.float64).tiny, out=union)
    return common


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    width, height = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0).T
    areas: NDArray[np.float64] = width * height
    return areas
