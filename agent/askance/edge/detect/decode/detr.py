"""DETR and its kin: a set of queries, each a box and its class scores, without suppression (Carion et al., 2020)."""

from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.coordinates import Coordinates, Order, Units, corners
from askance.edge.detect.decode.logistic import sigmoid
from askance.edge.detect.decode.pairs import best_pairs
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard

_BOX: Final = 4


class DetrParameters(Coordinates):
    """The names and the rule of the outputs."""

    boxes: Annotated[str, Field(description="output with four numbers a query")]
    scores: Annotated[
        str, Field(description="output with a number a query and class; the same as boxes: they follow the four")
    ]
    activation: Annotated[
        Literal["none", "sigmoid", "softmax"],
        Field(description="what makes scores of the numbers; softmax: the card names a class null for no object"),
    ] = "sigmoid"
    order: Annotated[Order, Field(description="centre and size, or two corners, x or y first")] = "cxcywh"
    units: Annotated[Units, Field(description="pixels of the input, or shares of its sides")] = "shares"


class Detr:
    """The decoder of one such model.

    Args:
        card: for which class columns have a name.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: DetrParameters) -> None:
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        classes, one = len(card.classes), parameters.boxes == parameters.scores
        self._before = _BOX if one else 0
        shapes: dict[str, tuple[int | None, ...]] = {parameters.boxes: (1, None, _BOX)}
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy"})
        self.outputs: Final = shapes | {parameters.scores: (1, None, self._before + classes)}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: each query is a candidate for its best class."""
        wanted = self._parameters
        scores = self._scores(outputs[wanted.scores][0, :, self._before :].astype(np.float64))
        queries, columns = (found[:most] for found in best_pairs(scores.T, floor=floor, named=self._named))
        middles = wanted.middles(outputs[wanted.boxes][0, queries, :_BOX], fit)
        return Candidates(
            fit.to_frame(corners(middles)),
            scores[queries, columns],
            columns,
            class_scores=scores[queries][:, self._named],
        )

    def _scores(self, numbers: NDArray[Any]) -> NDArray[np.float64]:
        """(queries, classes) in [0, 1]."""
        if self._parameters.activation == "none":
            return np.asarray(np.clip(numbers, 0.0, 1.0))
        if self._parameters.activation == "sigmoid":
            return sigmoid(numbers)
        shares = np.exp(numbers - numbers.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def detr(card: ModelCard) -> Detr:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return Detr(card, read_parameters(DetrParameters, card))
