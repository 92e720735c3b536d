"""CenterNet: objects are the peaks of a heat map for each class (Zhou, Wang, Krähenbühl, Objects as Points, 2019)."""

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.cells import cells, check_cells, side
from askance.edge.detect.decode.clusters import cluster
from askance.edge.detect.decode.logistic import logit, sigmoid
from askance.edge.detect.decode.nms import suppress
from askance.edge.detect.decode.pairs import hot_pairs
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.values import Floats
from askance.sections import Section


class CenternetParameters(Section):
    """The three outputs, each a plane or more of cells."""

    heat: Annotated[str, Field(description="output with a plane for each class")]
    size: Annotated[str, Field(description="output with width and height in cells, 2 planes")]
    offset: Annotated[str, Field(description="output with x and y of the centre within its cell, 2 planes")]
    stride: Annotated[int, Field(ge=1, le=256, description="pixels on a side of a cell")] = 4
    logits: Annotated[bool, Field(description="the heat is made of logits, not yet of scores")] = False
    iou: Annotated[
        FiniteFloat, Field(gt=0, le=1, description="overlap from which on a box is suppressed; 1: none, as published")
    ] = 1.0


class Centernet:
    """The decoder of one CenterNet model.

    Args:
        card: which class planes have a name, and the size of the input.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: CenternetParameters) -> None:
        self._name = card.name
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        suppresses = {"nms_support"} if parameters.iou < 1.0 else set[str]()
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy"} | suppresses)
        height, width = (side(pixels, parameters.stride) for pixels in (card.input.height, card.input.width))
        shape = (height, width) if card.input.stride is None else (None, None)
        planes = {parameters.heat: len(card.classes), parameters.size: 2, parameters.offset: 2}
        self.outputs: Final[dict[str, tuple[int | None, ...]]] = {
            name: (1, count, *shape) for name, count in planes.items()
        }

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every peak of a class that reaches the floor is a candidate."""
        parameters = self._parameters
        expected = (side(fit.input_height, parameters.stride), side(fit.input_width, parameters.stride))
        for name in self.outputs:
            check_cells(self._name, expected=expected, got=outputs[name].shape[2:])
        heat, size, offset = (outputs[name][0] for name in (parameters.heat, parameters.size, parameters.offset))
        told = heat.reshape(len(heat), -1).T
        rows, columns = hot_pairs(told, floor=logit(floor) if parameters.logits else floor, named=self._named)
        peaks = _peaks(heat, rows, columns=columns)
        rows, columns = rows[peaks], columns[peaks]
        boxes = _boxes(size, offset, grid=cells(fit, parameters.stride)[rows, :2], rows=rows) * parameters.stride
        scores = self._scores(told[rows, columns])
        kept = suppress(boxes, columns, iou=parameters.iou, most=most)
        clusters = cluster(boxes, scores, classes=columns, kept=kept, iou=parameters.iou)
        return Candidates(
            fit.to_frame(boxes[kept]),
            scores[kept],
            columns[kept],
            class_scores=self._scores(told[rows[kept]][:, self._named]),
            support=clusters if parameters.iou < 1.0 else None,
        )

    def _scores(self, given: Floats) -> NDArray[np.float64]:
        # A quantized file may step a hair over the ends.
        return sigmoid(given) if self._parameters.logits else np.clip(given.astype(np.float64), 0.0, 1.0)


def centernet(card: ModelCard) -> Centernet:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return Centernet(card, read_parameters(CenternetParameters, card))


def _peaks(heat: Floats, rows: NDArray[np.intp], *, columns: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Say which cells, (n,) places and (n,) classes, no neighbour of the same class exceeds."""
    height, width = heat.shape[1:]
    y, x = np.divmod(rows, width)
    steps = np.arange(-1, 2)
    # At an edge the cell's own row or column stands for the missing one, and changes no maximum.
    around_y = np.clip(y[:, None] + steps, 0, height - 1)[:, :, None]
    around_x = np.clip(x[:, None] + steps, 0, width - 1)[:, None, :]
    highest = heat[columns[:, None, None], around_y, around_x].max(axis=(1, 2))
    peaks: NDArray[np.bool_] = heat[columns, y, x] >= highest
    return peaks


def _boxes(size: Floats, offset: Floats, *, grid: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """(n, 4) boxes in cells, of the ``rows`` of planes of shape (2, rows, columns); grid (n, 2): columns and rows."""
    sizes, within = (plane.reshape(2, -1)[:, rows].T.astype(np.float64) for plane in (size, offset))
    centres = grid + within
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
