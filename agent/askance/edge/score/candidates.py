"""The candidates that a measure speaks of, in an order that does not depend on how they were listed."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.values import Measure


def chosen(detections: Detections, wish: Measure) -> NDArray[np.bool_]:
    """Return, shape (n,), read only, which candidates have a label that counts."""
    if wish.label_ids is None:
        return _all(len(detections))
    return _counting(wish.label_ids).take(detections.label_ids, mode="clip")


@lru_cache(maxsize=512)
def _all(number: int) -> NDArray[np.bool_]:
    every = np.ones(number, np.bool_)
    every.setflags(write=False)
    return every


@lru_cache(maxsize=64)
def _counting(label_ids: frozenset[int]) -> NDArray[np.bool_]:
    """Return, for each label id in turn, whether it counts; the last of them does not, nor does any after it."""
    table = np.zeros(max(label_ids, default=0) + 2, np.bool_)
    table[list(label_ids)] = True
    return table


def most_undecided(detections: Detections, wish: Measure, *, most: int) -> NDArray[np.intp]:
    """List the candidates with a label that counts that are undecided at all, most so first, at most ``most``."""
    order = detections.undecided
    if wish.label_ids is not None:
        order = order[chosen(detections, wish)[order]]
    order = order[:most]
    return order[detections.bits[order] > 0]


def most_doubtful(doubts: NDArray[np.float64], *, most: int) -> tuple[int, ...]:
    """List the indices of the greatest doubts above 0, greatest first, at most ``most``."""
    order = (-doubts).argsort(kind="stable")[:most]
    return tuple(order[doubts[order] > 0].tolist())


def worst(doubts: NDArray[np.float64], *, most: int) -> tuple[float, tuple[int, ...]]:
    """Return the greatest doubt, and the indices of those at least half as great, greatest first, at most ``most``."""
    order = (-doubts).argsort(kind="stable")[:most]
    ranked = doubts[order]
    value = float(ranked[0]) if len(ranked) else 0.0
    return value, tuple(order[: np.count_nonzero(ranked >= value / 2)].tolist()) if value else ()


def and_more(count: int) -> str:
    """Say how many objects a sentence leaves out."""
    return f", and {count} more" if count else ""
