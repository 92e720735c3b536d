"""Masks that are undecided within: the detector sees something and cannot say where it is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.score.candidates import and_more, worst
from askance.edge.score.forms import reported_forms
from askance.edge.score.lore import Lore
from askance.edge.shapes import Region
from askance.edge.values import Floats, Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64

CELLS: Final = 16
"""A mask is looked at in so many places a side: a mean needs no more, and the rim is as wide for all of them."""

_STEPS: Final = np.arange(CELLS)
_TINY: Final = np.finfo(np.float64).tiny
_RIM: Final = 1e-3  # what the rim still weighs, so that a mask that is nothing else has a mean


def mask_dispersion(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure the dispersion of the most undecided mask; None where no candidate has a mask.

    A cell with the probability ``p`` of being inside has the margin ``|p - (1 - p)|`` between its two classes, and the
    dispersion ``1 - |2 p - 1|``: 0 where it is decided, 1 at a half. A mask counts the mean of its cells, weighted by
    the least ``p`` of the cell and its four neighbours: every mask is undecided on its rim, and what tells errors is
    the inside (MetaSeg, Rottmann et al., Prediction Error Meta Classification in Semantic Segmentation, 2020). The
    frame's value is the greatest, of reported objects: a sum would count objects.

    Args:
        view: the frame.
        wish: label ids.
        lore: label names.
    """
    found = view.detections
    regions = reported_forms(found, Region, wish=wish)
    if regions is None:
        return None
    masks = {row: region.soft for row, region in regions.items() if region.soft is not None}
    doubts = np.zeros(len(found))
    doubts[list(masks)] = dispersions(list(masks.values()))
    value, objects = worst(doubts, most=MOST_OBJECTS)
    if not objects:
        return Signal("mask_dispersion", 0.0, (), "no mask that is undecided")
    first = objects[0]
    name = lore.names[int(found.label_ids[first])]
    text = f"the mask of {name} at {found.scores[first]:.2f} is {value:.0%} undecided inside"
    return Signal("mask_dispersion", value, objects, text + and_more(len(objects) - 1))


def dispersions(masks: Sequence[Floats]) -> NDArray[np.float64]:
    """Return how undecided masks are within their rims, shape (n,), in [0, 1].

    Args:
        masks: each (rows, columns), float32 in [0, 1], with a cell at least.
    """
    cells = np.empty((len(masks), CELLS, CELLS), np.float32)
    for cell, mask in zip(cells, masks, strict=True):
        mask.take(_places(*mask.shape), out=cell, mode="clip")  # none is beyond: this mode alone writes at once
    weights = cells.copy()
    for here, beside in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:, :, 1:], np.s_[:, :, :-1])):
        np.minimum(weights[here], cells[beside], out=weights[here])
        np.minimum(weights[beside], cells[here], out=weights[beside])
    weights += _RIM * cells
    undecided = weights * (1.0 - np.abs(2.0 * cells - 1.0))
    above, below = (table.sum(axis=(1, 2), dtype=np.float64) for table in (undecided, weights))
    means: NDArray[np.float64] = above / np.maximum(below, _TINY)
    return np.minimum(means, 1.0)  # a mean of floats may lie a hair above 1


@lru_cache(maxsize=256)
def _places(rows: int, columns: int) -> NDArray[np.intp]:
    """Return which cells of a mask are looked at, shape (CELLS, CELLS)."""
    return np.asarray((_STEPS * rows // CELLS)[:, None] * columns + _STEPS * columns // CELLS, np.intp)
