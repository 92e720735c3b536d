"""SSD: offsets to a fixed grid of anchors, one logit for each class (Liu et al., SSD, 2016)."""

import math
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.clusters import cluster
from askance.edge.detect.decode.logistic import logit, sigmoid
from askance.edge.detect.decode.nms import suppress
from askance.edge.detect.decode.pairs import hot_pairs
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.values import Floats
from askance.errors import ModelError
from askance.sections import Section

Positive = Annotated[FiniteFloat, Field(gt=0)]

# A box a thousand times its anchor is wrong anyway, and the exponential of more would overflow.
_MAX_LOG: Final = math.log(1000.0)


class SsdParameters(Section):
    """The grid of anchors and the rule of the outputs."""

    boxes: Annotated[str, Field(description="output with 4 offsets for each anchor: y, x, height, width")]
    logits: Annotated[str, Field(description="output with a logit for each anchor and class")]
    maps: Annotated[tuple[int, ...], Field(min_length=1, description="cells on a side of each feature map")]
    scales: Annotated[
        tuple[Positive, ...],
        Field(description="anchor size of each map as a share of the image, and one beyond the last"),
    ]
    aspects: Annotated[tuple[Positive, ...], Field(description="width / height of the anchors in a cell")]
    first_map: Annotated[
        tuple[tuple[Positive, Positive], ...], Field(description="scale and aspect of the anchors in the first map")
    ]
    centre_variance: Positive = 10.0
    size_variance: Positive = 5.0
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a box is suppressed")] = 0.6


def anchors(parameters: SsdParameters) -> NDArray[np.float64]:
    """Lay out the anchors, map by map, row by row, cell by cell.

    Returns:
        (anchors, 4): centre y, centre x, height, width as shares of the image.
    """
    grids: list[NDArray[np.float64]] = []
    for index, cells in enumerate(parameters.maps):
        shapes = parameters.first_map if index == 0 else _shapes(parameters, index)
        sizes = np.array([(scale / math.sqrt(aspect), scale * math.sqrt(aspect)) for scale, aspect in shapes])
        steps = (np.arange(cells) + 0.5) / cells
        centres = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 1, 2)
        shape = (cells * cells, len(sizes), 2)
        grid = np.concatenate([np.broadcast_to(centres, shape), np.broadcast_to(sizes, shape)], axis=2)
        grids.append(grid.reshape(-1, 4))
    return np.concatenate(grids)


def _shapes(parameters: SsdParameters, index: int) -> list[tuple[float, float]]:
    scale, following = parameters.scales[index], parameters.scales[index + 1]
    return [*((scale, aspect) for aspect in parameters.aspects), (math.sqrt(scale * following), 1.0)]


class Ssd:
    """The decoder of one SSD model.

    Args:
        card: for the size of its input and which class columns have a name.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: SsdParameters) -> None:
        self._parameters = parameters
        self._anchors = anchors(parameters)
        self._named = np.array([name is not None for name in card.classes])
        self._size = np.array([card.input.height, card.input.width, card.input.height, card.input.width], np.float64)
        count = len(self._anchors)
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy", "nms_support"})
        self.outputs: Final = {
            parameters.boxes: (1, count, 1, 4),
            parameters.logits: (1, count, len(card.classes)),
        }

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every class of an anchor that reaches the floor is a candidate of its own."""
        logits = outputs[self._parameters.logits][0]
        offsets = outputs[self._parameters.boxes][0, :, 0]
        rows, columns = hot_pairs(logits, floor=logit(floor), named=self._named)
        boxes, scores = self._boxes(rows, offsets), sigmoid(logits[rows, columns])
        iou = self._parameters.iou
        kept = suppress(boxes, columns, iou=iou, most=most)
        return Candidates(
            fit.to_frame(boxes[kept]),
            scores[kept],
            columns[kept],
            class_scores=sigmoid(logits[rows[kept]])[:, self._named],
            support=cluster(boxes, scores, classes=columns, kept=kept, iou=iou),
        )

    def _boxes(self, rows: NDArray[np.intp], offsets: Floats) -> NDArray[np.float64]:
        """(n, 4) boxes of the anchors in ``rows``: left, top, right, bottom in pixels of the input."""
        grid = self._anchors[rows]
        given = offsets[rows].astype(np.float64)
        centres = given[:, :2] / self._parameters.centre_variance * grid[:, 2:] + grid[:, :2]
        halves = np.exp(np.minimum(given[:, 2:] / self._parameters.size_variance, _MAX_LOG)) * grid[:, 2:] / 2
        corners = np.concatenate([centres - halves, centres + halves], axis=1) * self._size
        return corners[:, [1, 0, 3, 2]]


def ssd(card: ModelCard) -> Ssd:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    parameters = read_parameters(SsdParameters, card)
    if len(parameters.scales) != len(parameters.maps) + 1:
        raise ModelError(
            f"card of {card.name}: decoder.parameters.scales: expected {len(parameters.maps) + 1} values, one for each "
            f"map and one beyond, got {len(parameters.scales)}",
            hint="correct card.yaml",
        )
    return Ssd(card, parameters)
