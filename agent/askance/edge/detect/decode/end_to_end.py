"""Models that end in a table of objects: YOLOv10 and 26, RT-DETR, and exports with suppression in the graph."""

from typing import Annotated, Final

import numpy as np
from pydantic import Field

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.coordinates import Coordinates
from askance.edge.detect.decode.given import given_rows
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.decode.tails import TailParameters, tail_of
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard

_SCORE: Final = 4
_CLASS: Final = 5
_ROW: Final = 6


class EndToEndParameters(TailParameters, Coordinates):
    """The layout of the table."""

    output: Annotated[str, Field(description="output with box, score, class and what follows, a row an object")]


class EndToEnd:
    """The decoder of one model that suppresses its own duplicates.

    Args:
        card: for which classes have a name.
        parameters: the card's, checked.

    Raises:
        ModelError: the card's input does not go with what the model gives.
    """

    def __init__(self, card: ModelCard, parameters: EndToEndParameters) -> None:
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        self._tail = tail_of(parameters, card)
        self.outputs: Final = {parameters.output: (1, None, _ROW + self._tail.numbers), **self._tail.outputs}
        self.signals: Final = self._tail.signals | {"near_threshold", "entropy"}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: each row is a candidate."""
        table = outputs[self._parameters.output][0]
        rows, columns = given_rows(table[:, _SCORE], table[:, _CLASS], floor=floor, most=most, named=self._named)
        chosen = table[rows]
        middles, tail = self._parameters.middles(chosen[:, :_SCORE], fit), chosen[:, _ROW:]
        boxes = fit.to_frame(self._tail.upright(middles, tail))
        return Candidates(
            boxes,
            np.clip(chosen[:, _SCORE].astype(np.float64), 0.0, 1.0),
            columns,
            shapes=self._tail.shapes(middles, tail, boxes=boxes, outputs=outputs, fit=fit),
        )


def end_to_end(card: ModelCard) -> EndToEnd:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return EndToEnd(card, read_parameters(EndToEndParameters, card))
