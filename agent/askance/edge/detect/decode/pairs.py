"""The pairs of place and class that are worth looking at: above the floor, best first, not too many."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MOST_PAIRS: Final = 4800
"""Street scenes give hundreds of pairs above a low floor, and crowds a thousand.

A file that gives more is ruined, and must not stop the camera.
"""


def hot_pairs(
    scores: NDArray[Any], *, floor: float, named: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find every pair of place and class from the floor up.

    Args:
        scores: (places, classes), of any kind that grows with the score, logits too.
        floor: of the same kind.
        named: (classes,): the classes that count.

    Returns:
        Places and classes, shape (n,) each, best first; equal scores keep the order of the model's output.
    """
    hot = np.flatnonzero((scores >= floor) & named)
    order = np.argsort(-scores.ravel()[hot], kind="stable")[:MOST_PAIRS]
    rows, columns = np.divmod(hot[order], scores.shape[1])
    return rows, columns


def best_pairs(
    scores: NDArray[Any], *, floor: float, named: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the places whose best class reaches the floor, each with that class alone.

    Args:
        scores: (classes, places), channel-major, because a maximum over rows is six times as fast.
        floor: least score.
        named: (classes,): the classes that count.

    Returns:
        Places and classes, shape (n,) each, best first; equal scores keep the order of the model's output.
    """
    seen = scores if named.all() else np.where(named[:, None], scores, -np.inf)
    best = seen.max(axis=0)
    hot = np.flatnonzero(best >= floor)
    rows = hot[np.argsort(-best[hot], kind="stable")[:MOST_PAIRS]]
    return rows, seen[:, rows].argmax(axis=0)
