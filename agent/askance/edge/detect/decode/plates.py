"""LPD-YuNet: licence plates by four corners, as offsets to a fixed grid of priors (OpenCV Zoo, 2022)."""

from functools import lru_cache
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.cells import check_cells
from askance.edge.detect.decode.clusters import cluster
from askance.edge.detect.decode.nms import suppress
from askance.edge.detect.decode.pairs import best_pairs
from askance.edge.detect.decode.parameters import one_class, read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Outline
from askance.edge.values import Floats
from askance.sections import Section

_NAMED: Final = np.array([True])
_OFFSETS: Final = 14  # a box, then five points, the third of them the middle: the four others are the corners
_CORNERS: Final = np.array([4, 5, 6, 7, 10, 11, 12, 13])
_VARIANCE: Final = 0.1
_SIZES: Final = 4


class PriorMap(Section):
    """One grid of priors: a square of each size in every cell."""

    stride: Annotated[int, Field(ge=1, le=256, description="pixels on a side of a cell")]
    sizes: Annotated[
        tuple[Annotated[FiniteFloat, Field(gt=0)], ...], Field(min_length=1, description="sides of its squares, pixels")
    ]


class PlatesParameters(Section):
    """The three outputs, the grid of priors, and what is left of plates that lie on each other."""

    offsets: Annotated[str, Field(description="output with 14 numbers for each prior: box, corners and middle")]
    scores: Annotated[str, Field(description="output with two scores for each prior: no plate, plate")]
    overlaps: Annotated[str, Field(description="output with how well each prior's plate is thought to lie")]
    maps: Annotated[tuple[PriorMap, ...], Field(min_length=1)]
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a plate is suppressed")] = 0.3


@lru_cache(_SIZES)
def priors(maps: tuple[PriorMap, ...], *, width: int, height: int) -> NDArray[np.float64]:
    """Lay out the priors, map by map, row by row, cell by cell, for an input of ``width`` x ``height`` pixels.

    Returns:
        (priors, 3), read-only: centre x and y and side, in pixels of the input.
    """
    grids: list[NDArray[np.float64]] = []
    for each in maps:
        # Only whole cells count here.
        steps = [(np.arange(pixels // each.stride) + 0.5) * each.stride for pixels in (height, width)]
        y, x, size = np.meshgrid(*steps, np.array(each.sizes), indexing="ij")
        grids.append(np.stack([x.ravel(), y.ravel(), size.ravel()], axis=1).astype(np.float64))
    grid = np.concatenate(grids)
    grid.flags.writeable = False
    return grid


class Plates:
    """The decoder of one LPD-YuNet model.

    Args:
        card: for the size of its input.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: PlatesParameters) -> None:
        self.signals: Final = frozenset({"near_threshold", "entropy", "nms_support"})
        self._name = card.name
        self._parameters = parameters
        count = len(priors(parameters.maps, width=card.input.width, height=card.input.height))
        rows = count if card.input.stride is None else None
        columns = {parameters.offsets: _OFFSETS, parameters.scores: 2, parameters.overlaps: 1}
        self.outputs: Final[dict[str, tuple[int | None, ...]]] = {name: (rows, n) for name, n in columns.items()}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every prior that reaches the floor is a candidate, until the suppression."""
        parameters = self._parameters
        grid = priors(parameters.maps, width=fit.input_width, height=fit.input_height)
        offsets, classes, overlaps = (
            outputs[name] for name in (parameters.offsets, parameters.scores, parameters.overlaps)
        )
        check_cells(self._name, expected=(len(grid),) * 3, got=(len(offsets), len(classes), len(overlaps)))
        scores = np.sqrt(np.clip(classes[:, 1:], 0.0, 1.0) * np.clip(overlaps, 0.0, 1.0)).T
        rows, columns = best_pairs(scores, floor=floor, named=_NAMED)
        corners, best = _corners(offsets[rows][:, _CORNERS], grid[rows]), scores[0, rows].astype(np.float64)
        boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        iou = parameters.iou
        kept = suppress(boxes, columns, iou=iou, most=most)
        return Candidates(
            fit.to_frame(boxes[kept]),
            best[kept],
            columns[kept],
            shapes=tuple(map(Outline, fit.to_frame(corners[kept]))),
            support=cluster(boxes, best, classes=columns, kept=kept, iou=iou),
        )


def plates(card: ModelCard) -> Plates:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong, or it names more than one class.
    """
    one_class(card)
    return Plates(card, read_parameters(PlatesParameters, card))


def _corners(offsets: Floats, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4, 2) corners in pixels of the input, in order around the plate.

    Args:
        offsets: (n, 8): x, y, ... in tenths of the prior's side, from its centre.
        grid: (n, 3): centre and side of each prior.
    """
    steps = offsets.reshape(len(offsets), 4, 2).astype(np.float64) * _VARIANCE
    corners: NDArray[np.float64] = grid[:, None, :2] + steps * grid[:, None, 2:]
    return corners
