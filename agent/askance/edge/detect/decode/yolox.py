"""YOLOX: offsets to the cells of three grids, an object's score and one score for each class (Ge et al., 2021)."""

import math
from typing import Annotated, Final

import numpy as np
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.cells import cells, check_cells
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.decode.rows import Rows, sure_pairs
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.fit import Fit, fit
from askance.edge.detect.package import ModelCard
from askance.sections import Section

_BOX: Final = 5  # four offsets and the object's score stand before the classes
# A box a thousand times its cell is wrong anyway, and the exponential of more would overflow.
_MAX_LOG: Final = math.log(1000.0)


class YoloxParameters(Section):
    """The grids and the rule of the output."""

    output: Annotated[str, Field(description="output with dx, dy, log width, log height, object, classes a cell")]
    strides: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...],
        Field(min_length=1, description="pixels of the input on a side of each grid's cells, in the output's order"),
    ] = (8, 16, 32)
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a box is suppressed")] = 0.5


class Yolox:
    """The decoder of one YOLOX model.

    Args:
        card: for the size of its input and which class columns have a name.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: YoloxParameters) -> None:
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        self._tail = Tail()
        self._model = card.name
        whole = fit(card.input, width=card.input.width, height=card.input.height)
        places = len(cells(whole, *parameters.strides)) if card.input.stride is None else None
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy", "nms_support"})
        self.outputs: Final = {parameters.output: (1, places, _BOX + len(card.classes))}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: each cell is a candidate for its best class."""
        table = outputs[self._parameters.output][0]
        places, columns, scores = sure_pairs(table[:, _BOX - 1], table[:, _BOX:], floor=floor, named=self._named)
        grid = cells(fit, *self._parameters.strides)
        check_cells(self._model, expected=grid.shape[:1], got=table.shape[:1])
        grid, given = grid[places], table[places, : _BOX - 1].astype(np.float64)
        centres = (given[:, :2] + grid[:, :2]) * grid[:, 2:]
        sizes = np.exp(np.minimum(given[:, 2:], _MAX_LOG)) * grid[:, 2:]
        rows = Rows(np.concatenate([centres, sizes], axis=1), scores, columns, np.empty((len(places), 0)))
        return rows.settle(self._tail, iou=self._parameters.iou, most=most, named=self._named, outputs=outputs, fit=fit)


def yolox(card: ModelCard) -> Yolox:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return Yolox(card, read_parameters(YoloxParameters, card))
