"""What a head of a segmentation model says of each cell: which class leads, by how much, how probable it is."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Bools, Floats

_MOST = 4096  # cells are enough for a mean


class Votes(Protocol):
    """The votes of one head."""

    def inside(self, channel: int) -> Bools:
        """(rows, columns): the cells that a class holds, where it is before all others."""
        ...

    def lead(self, channel: int) -> Floats:
        """(rows, columns): how far a class is before the best other one; positive ``inside``."""
        ...

    def score(self, channel: int, inside: Bools) -> float:
        """Mean probability of a class over the cells ``inside``, of which there is one at least."""
        ...

    def probability(self, channel: int, rows: slice, *, columns: slice) -> Floats | None:
        """The probability of a class at some cells; None where the model keeps it to itself."""
        ...


class Decided:
    """A head that gives its decision alone.

    Args:
        chosen: (rows, columns), the number of the class of each cell; a number that no class has counts for none.
    """

    def __init__(self, chosen: NDArray[Any]) -> None:
        self._chosen = chosen.astype(np.int32)  # half of the usual int64, looked at once for each class

    def inside(self, channel: int) -> Bools:
        """(rows, columns): the cells whose class was chosen."""
        held: Bools = self._chosen == channel
        return held

    def lead(self, channel: int) -> Floats:
        """(rows, columns): 1 where the class was chosen, -1 elsewhere."""
        return np.where(self._chosen == channel, np.float32(1), np.float32(-1))

    def score(self, channel: int, inside: Bools) -> float:  # noqa: ARG002 (the other kind of votes needs both)
        """Return 1: the model told no doubt."""
        return 1.0

    def probability(self, channel: int, rows: slice, *, columns: slice) -> None:  # noqa: ARG002 (the same)
        """Return None: the model told no probability."""
        return


class Weighed:
    """A head that gives a number for every class.

    Args:
        given: (classes, rows, columns) of any type; a class alone in its head is weighed against its absence.
        logits: whether they are logits of which one class is right; else they are probabilities.
    """

    def __init__(self, given: NDArray[Any], *, logits: bool) -> None:
        values: Floats = given.astype(np.float32)
        if len(values) == 1:
            absence = np.zeros_like(values) if logits else 1 - values
            values = np.concatenate([values, absence])
        self._values = values
        self._logits = logits
        self._best = np.maximum(values[0], values[1])
        self._second = np.minimum(values[0], values[1])
        for value in values[2:]:
            np.maximum(self._second, np.minimum(self._best, value), out=self._second)
            np.maximum(self._best, value, out=self._best)

    def inside(self, channel: int) -> Bools:
        """(rows, columns): the cells where the class's number is the greatest, and no other as great."""
        held: Bools = (self._values[channel] == self._best) & (self._best > self._second)
        return held

    def lead(self, channel: int) -> Floats:
        """(rows, columns): the class's number less the best other one."""
        value = self._values[channel]
        lead: Floats = value - np.where(value == self._best, self._second, self._best)
        return lead

    def score(self, channel: int, inside: Bools) -> float:
        """Mean probability over the cells ``inside``, or over some thousands of them, evenly spread."""
        cells = np.flatnonzero(inside)
        chosen = cells[:: -(-len(cells) // _MOST)]
        return float(self._probability(self._values.reshape(len(self._values), -1)[:, chosen], channel).mean())

    def probability(self, channel: int, rows: slice, *, columns: slice) -> Floats:
        """The probability of the class at some cells."""
        return self._probability(self._values[:, rows, columns], channel)

    def _probability(self, values: Floats, channel: int) -> Floats:
        with np.errstate(over="ignore"):
            shares: Floats = 1 / np.exp(values - values[channel]).sum(axis=0) if self._logits else values[channel]
        return shares.clip(0.0, 1.0)
