"""The outputs of Ultralytics' YOLO v5, v8 and 11 before suppression, for boxes, masks, keypoints and turned boxes."""

from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.pairs import best_pairs
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.decode.rows import Rows, sure_pairs
from askance.edge.detect.decode.tails import TailParameters, tail_of
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard

_BOX: Final = 4


class UltralyticsParameters(TailParameters):
    """The layout of the output."""

    output: Annotated[str, Field(description="output with centre x, centre y, width, height, classes, what follows")]
    objectness: Annotated[
        bool,
        Field(description="as v5: a row a place, with an object's score before the classes; else a column a place"),
    ] = False
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a box is suppressed")] = 0.7


class Ultralytics:
    """The decoder of one Ultralytics model.

    Args:
        card: for which class columns have a name.
        parameters: the card's, checked.

    Raises:
        ModelError: the card's input does not go with what the model gives.
    """

    def __init__(self, card: ModelCard, parameters: UltralyticsParameters) -> None:
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        self._tail = tail_of(parameters, card)
        numbers = _BOX + parameters.objectness + len(card.classes) + self._tail.numbers
        shape = (1, None, numbers) if parameters.objectness else (1, numbers, None)
        self.outputs: Final = {parameters.output: shape, **self._tail.outputs}
        self.signals: Final = self._tail.signals | {"near_threshold", "margin", "entropy", "nms_support"}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: each place is a candidate for its best class."""
        table = outputs[self._parameters.output][0]
        rows = self._by_row(table, floor) if self._parameters.objectness else self._by_column(table, floor)
        return rows.settle(self._tail, iou=self._parameters.iou, most=most, named=self._named, outputs=outputs, fit=fit)

    def _by_column(self, table: NDArray[Any], floor: float) -> Rows:
        """Read a table of (numbers, places)."""
        end = _BOX + len(self._named)
        places, columns = best_pairs(table[_BOX:end], floor=floor, named=self._named)
        rows = table[:, places].T
        return Rows(rows[:, :_BOX].astype(np.float64), rows[:, _BOX:end], columns, rows[:, end:])

    def _by_row(self, table: NDArray[Any], floor: float) -> Rows:
        """Read a table of (places, numbers)."""
        end = _BOX + 1 + len(self._named)
        places, columns, scores = sure_pairs(table[:, _BOX], table[:, _BOX + 1 : end], floor=floor, named=self._named)
        rows = table[places]
        return Rows(rows[:, :_BOX].astype(np.float64), scores, columns, rows[:, end:])


def ultralytics(card: ModelCard) -> Ultralytics:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return Ultralytics(card, read_parameters(UltralyticsParameters, card))
