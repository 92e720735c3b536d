"""FastestDet: one cell, one box, and one share of the score for the class (qiuqiu, FastestDet, 2022)."""

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.clusters import cluster
from askance.edge.detect.decode.logistic import sigmoid
from askance.edge.detect.decode.nms import suppress
from askance.edge.detect.decode.pairs import best_pairs
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.values import Floats
from askance.sections import Section

_BOX: Final = 5  # planes before the classes: object, x, y, width, height
_OBJECT: Final = 0.6  # score = object ** 0.6 * class ** 0.4
_CLASS: Final = 0.4


class FastestdetParameters(Section):
    """The one output, and what is left of boxes that lie on each other."""

    output: Annotated[
        str, Field(description="output with a plane each for object, x, y, width, height and the classes")
    ]
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a box is suppressed")] = 0.45


class Fastestdet:
    """The decoder of one FastestDet model.

    Args:
        card: which class planes have a name.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: FastestdetParameters) -> None:
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy", "nms_support"})
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        self.outputs: Final = {parameters.output: (1, _BOX + len(card.classes), None, None)}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: a cell whose best class reaches the floor is one candidate."""
        planes = outputs[self._parameters.output][0]
        told = planes.reshape(len(planes), -1)
        # A power less for each class: this grows with the score, whose root is taken for the few that are left.
        powers = told[_BOX:] * np.maximum(told[0], 0.0) ** (_OBJECT / _CLASS)
        rows, columns = best_pairs(powers, floor=floor ** (1 / _CLASS), named=self._named)
        boxes = _boxes(told[1:_BOX, rows].T, rows, shape=planes.shape[1:], fit=fit)
        scores = _score(powers[columns, rows])
        iou = self._parameters.iou
        kept = suppress(boxes, columns, iou=iou, most=most)
        return Candidates(
            fit.to_frame(boxes[kept]),
            scores[kept],
            columns[kept],
            class_scores=_score(powers[self._named][:, rows[kept]].T),
            support=cluster(boxes, scores, classes=columns, kept=kept, iou=iou),
        )


def fastestdet(card: ModelCard) -> Fastestdet:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return Fastestdet(card, read_parameters(FastestdetParameters, card))


def _score(powers: Floats) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = np.clip(powers.astype(np.float64), 0.0, 1.0) ** _CLASS
    return scores


def _boxes(told: Floats, rows: NDArray[np.intp], *, shape: tuple[int, ...], fit: Fit) -> NDArray[np.float64]:
    """(n, 4) boxes in pixels of the input: a cell moves its centre by up to one cell, and gives shares of the input.

    Args:
        told: (n, 4): x, y, width, height before their tanh and sigmoid.
        rows: (n,): the cells, counted row by row.
        shape: rows and columns of cells.
        fit: the size of the input.
    """
    given = told.astype(np.float64)
    size = np.array([fit.input_width, fit.input_height], np.float64)
    cells = np.stack(np.divmod(rows, shape[1])[::-1], axis=1)
    centres = (np.tanh(given[:, :2]) + cells) / shape[::-1] * size
    halves = sigmoid(given[:, 2:]) * size / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)
