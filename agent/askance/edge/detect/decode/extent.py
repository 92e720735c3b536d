"""The rows and columns that a set of pixels takes up."""

import numpy as np

from askance.edge.values import Bools


def extent(inside: Bools) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return first and last + 1 row, then column, that hold anything; something has to be there."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return (int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)
