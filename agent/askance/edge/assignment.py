"""The assignment problem: which rows go with which columns, so that the pairs gain most in total."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]

STEPS: Final = 100
"""How many steps of search a call may take; one costs some 10 microseconds."""

MOST: Final = 2000
"""How many pairs are looked at, those that gain most; a hundred objects that do not overlap have a hundred."""

_TIE: Final = 1e-9
_NEVER: Final = 1.0  # what a pair costs that may not be: more than to stay alone, which is free


def assign(rows: Indices, columns: Indices, *, gains: Numbers, steps: int = STEPS) -> Indices:
    """Choose pairs whose gains sum to most, no row and no column twice; who gains nothing stays alone.

    Pairs that cannot be wrong are chosen first, and there is mostly nothing else. The rest is solved by shortest
    augmenting paths (Jonker and Volgenant 1987, in the rectangular form of Crouse 2016). That is exact but where
    hundreds overlap each other. There only the best ``MOST`` pairs are looked at, and once the steps are used up, the
    rows that are left take the best column that is free, one after the other: no input is dear.

    Args:
        rows: (n,): of each pair that may be.
        columns: (n,): likewise; no pair comes twice.
        gains: (n,), float64, above 0.
        steps: how many steps the search may take.

    Returns:
        Indices of the chosen pairs, ascending.
    """
    if len(gains) > MOST:
        spread = (columns - rows) % (columns.max() + 1)  # of equal gains every row is to keep some
        best = np.sort(np.argpartition(_TIE * spread - gains, MOST)[:MOST])
        return best[assign(rows[best], columns[best], gains=gains[best], steps=steps)]
    if len(set(rows.tolist())) == len(set(columns.tolist())) == len(rows):  # nobody has a rival
        return np.arange(len(gains))
    sure = gains >= _rival(rows, gains) + _rival(columns, gains)
    row_taken, column_taken = (np.bincount(keys, weights=sure)[keys] for keys in (rows, columns))
    rest = (row_taken + column_taken == 0).nonzero()[0]
    if not len(rest):
        return sure.nonzero()[0]
    names, row = np.unique(rows[rest], return_inverse=True)
    others, column = np.unique(columns[rest], return_inverse=True)
    pairs = np.full((len(names), len(others)), -1, np.intp)
    pairs[row, column] = rest
    table = np.zeros(pairs.shape)
    table[row, column] = gains[rest]
    found = _Search(table).run(steps)
    paired = np.flatnonzero(found >= 0)
    return np.sort(np.concatenate([np.flatnonzero(sure), pairs[paired, found[paired]]]))


def _rival(keys: Indices, gains: Numbers) -> Numbers:
    """Return what the best other pair of the same key gains, 0 where there is none, infinite for pairs after the best.

    A pair that gains at least as much as its rivals of both sides do together is part of an optimum: those two are the
    most that could be had in its place.
    """
    order = np.lexsort((-gains, keys))
    follows = keys[order[1:]] == keys[order[:-1]]
    better, worse = order[:-1][follows], order[1:][follows]
    rival = np.zeros(len(gains))
    rival[better] = gains[worse]
    rival[worse] = np.inf
    return rival


class _Search:
    """Shortest augmenting paths over the rows of a table, one after the other.

    Args:
        gains: (rows, columns); every row has one above 0. Behind the columns stands one more for each row, which is
            free: to stay alone.
    """

    def __init__(self, gains: Numbers) -> None:
        rows, columns = gains.shape
        self._gains = gains
        self._costs = np.concatenate([np.where(gains > 0, -gains, _NEVER), np.zeros((rows, rows))], axis=1)
        self._row_prices = self._costs.min(axis=1)
        self._column_prices = np.zeros(rows + columns)
        # Every row begins with its cheapest column, where no row before it has that.
        cheapest, first = np.unique(self._costs.argmin(axis=1), return_index=True)
        self._column_of = np.full(rows, -1, np.intp)
        self._column_of[first] = cheapest
        self._row_of = np.full(rows + columns, -1, np.intp)
        self._row_of[cheapest] = first

    def run(self, steps: int) -> Indices:
        """Return the column of each row, -1 for a row that stays alone."""
        for row in np.flatnonzero(self._column_of < 0).tolist():
            if steps > 0:
                steps -= self._path(row)
            else:
                self._take(row)
        return np.where(self._column_of < self._gains.shape[1], self._column_of, -1)

    def _take(self, row: int) -> None:
        """Give a row the best column that is free."""
        gains = np.where(self._row_of[: self._gains.shape[1]] < 0, self._gains[row], 0.0)
        column = int(gains.argmax())
        if gains[column] > 0:
            self._column_of[row], self._row_of[column] = column, row

    def _path(self, start: int) -> int:
        """Pair one more row, along the shortest path to a free column; return the number of steps."""
        prices = self._column_prices.copy()
        ahead = np.full(len(prices), np.inf)  # how far the columns are that were not reached yet
        came_from = np.full(len(prices), start, np.intp)
        columns: list[int] = []
        distances: list[float] = []
        row, far = start, 0.0
        while row >= 0:
            reach = self._costs[row] - prices
            reach += far - self._row_prices[row]
            came_from[reach < ahead] = row
            np.minimum(ahead, reach, out=ahead)
            column = int(ahead.argmin())
            far = float(ahead[column])
            columns.append(column)
            distances.append(far)
            ahead[column], prices[column] = np.inf, -np.inf
            row = int(self._row_of[column])
        slack = far - np.array(distances)
        self._column_prices[columns] -= slack
        self._row_prices[self._row_of[columns[:-1]]] += slack[:-1]
        self._row_prices[start] += far
        self._turn(start, columns[-1], came_from=came_from)
        return len(columns)

    def _turn(self, start: int, column: int, *, came_from: Indices) -> None:
        """Pair anew along a path, back from its free column."""
        row = -1
        while row != start:
            row = int(came_from[column])
            self._row_of[column] = row
            self._column_of[row], column = column, int(self._column_of[row])
