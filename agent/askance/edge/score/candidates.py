"""The candidates that a measure speaks of, in an order that does not depend on how they were listed."""

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.values import Measure


def chosen(detections: Detections, wish: Measure) -> NDArray[np.bool_]:
    """Return, shape (n,), which candidates have a label that counts."""
    if wish.label_ids is None:
        return np.ones(len(detections), dtype=np.bool_)
    wanted = wish.label_ids
    # a frame has a hundred candidates at most, and so few are looked up faster one by one than sorted by `np.isin`
    return np.array([label in wanted for label in detections.label_ids.tolist()], np.bool_)


def most_doubtful(doubts: NDArray[np.float64], *, most: int) -> tuple[int, ...]:
    """List the indices of the greatest doubts above 0, greatest first, at most ``most``."""
    order = np.argsort(-doubts, kind="stable")[:most]
    return tuple(order[doubts[order] > 0].tolist())


def and_more(count: int) -> str:
    """Say how many objects a sentence leaves out."""
    return f", and {count} more" if count else ""
