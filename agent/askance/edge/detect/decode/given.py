"""Rows that a graph has chosen itself: box, score and class, without rivals."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def given_rows(
    scores: NDArray[Any], classes: NDArray[Any], *, floor: float, most: int, named: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the rows that reach the floor.

    Args:
        scores: (n,).
        classes: (n,): the class column of each, of any type; rows of a class that the card has not are padding.
        floor: least score.
        most: how many to return at most.
        named: (classes,): the classes that count.

    Returns:
        Rows and their classes, best first; equal scores keep their order.
    """
    nearest = np.rint(classes)
    hot = np.flatnonzero((scores >= floor) & (nearest >= 0) & (nearest < len(named)))
    columns = nearest[hot].astype(np.intp)
    hot, columns = hot[named[columns]], columns[named[columns]]
    order = np.argsort(-scores[hot].astype(np.float64), kind="stable")[:most]
    return hot[order], columns[order]
