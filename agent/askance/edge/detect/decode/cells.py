"""The cells that a model's feature maps lay over its input, worked out once for each size."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.fit import Fit
from askance.errors import ModelError

_SIZES: Final = 16  # one entry a model and size of its input, which changes only with the size of a camera's frames


def side(pixels: int, stride: int) -> int:
    """Return how many cells a side of the input has: the last one may reach beyond the picture."""
    return -(-pixels // stride)


def cells(fit: Fit, *strides: int) -> NDArray[np.float64]:
    """Lay out feature maps, one after the other, row by row.

    Args:
        fit: gives the size of the input.
        strides: of each map, pixels of the input on a side of a cell.

    Returns:
        (cells, 3), read-only: column, row and stride of each.
    """
    return _cells(fit.input_width, fit.input_height, strides=strides)


@lru_cache(_SIZES)
def _cells(width: int, height: int, *, strides: tuple[int, ...]) -> NDArray[np.float64]:
    grids: list[NDArray[np.float64]] = []
    for stride in strides:
        rows, columns = np.indices((side(height, stride), side(width, stride)), np.float64).reshape(2, -1)
        grids.append(np.stack([columns, rows, np.full(rows.size, stride, np.float64)], axis=1))
    grid = np.concatenate(grids)
    grid.flags.writeable = False
    return grid


def check_cells(model: str, *, expected: tuple[int, ...], got: tuple[int, ...]) -> None:
    """Check a size that the graph leaves open.

    Raises:
        ModelError: the output has another one than the input and the card's strides give.
    """
    if expected != got:
        raise ModelError(
            f"the outputs of {model} do not fit its input: expected cells of shape {expected}, got {got}",
            hint="correct decoder.parameters in card.yaml",
        )
