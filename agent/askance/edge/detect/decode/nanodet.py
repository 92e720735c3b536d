"""NanoDet: of each side of a box, how likely each distance is (Li et al., Generalized Focal Loss, 2020)."""

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
from askance.errors import ModelError
from askance.sections import Section


class NanodetParameters(Section):
    """The outputs, one pair for each feature map or one for all, and the maps."""

    scores: Annotated[
        tuple[str, ...], Field(min_length=1, description="outputs with a column a class, in the order of strides")
    ]
    distances: Annotated[
        tuple[str, ...],
        Field(description="outputs with as many bins for left, top, right, bottom; []: columns after the classes"),
    ] = ()
    strides: Annotated[tuple[int, ...], Field(min_length=1, description="pixels on a side of a cell of each map")]
    centre: Annotated[FiniteFloat, Field(description="where in its cell a box is measured from, in cells")] = 0.5
    logits: Annotated[bool, Field(description="the class columns are logits, not yet scores")] = False
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a box is suppressed")] = 0.6


class Nanodet:
    """The decoder of one NanoDet or NanoDet-Plus model.

    Args:
        card: which class columns have a name, and the size of the input.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: NanodetParameters) -> None:
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy", "nms_support"})
        self._name = card.name
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        self.outputs: Final = _shapes(card, parameters)

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every class of a cell that reaches the floor is a candidate of its own."""
        parameters, classes = self._parameters, len(self._named)
        told = _joined(outputs, parameters.scores)
        scores, distances = told[:, :classes], told[:, classes:]
        if parameters.distances:
            distances = _joined(outputs, parameters.distances)
        grid = cells(fit, *parameters.strides)
        check_cells(
            self._name, expected=(len(grid), len(grid), 0), got=(len(scores), len(distances), distances.shape[1] % 4)
        )
        lowest = logit(floor) if parameters.logits else floor
        rows, columns = hot_pairs(scores, floor=lowest, named=self._named)
        places, of = np.unique(rows, return_inverse=True)  # a cell's classes share one box
        boxes, best = self._boxes(distances[places], grid[places])[of], self._scores(scores[rows, columns])
        kept = suppress(boxes, columns, iou=parameters.iou, most=most)
        return Candidates(
            fit.to_frame(boxes[kept]),
            best[kept],
            columns[kept],
            class_scores=self._scores(scores[rows[kept]][:, self._named]),
            support=cluster(boxes, best, classes=columns, kept=kept, iou=parameters.iou),
        )

    def _boxes(self, distances: Floats, grid: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 4) boxes in pixels of the input; a distance is the mean of its bins, weighed by their softmax.

        Args:
            distances: (n, 4 * bins): logits of the bins, which lie one stride apart and begin at 0.
            grid: (n, 3): column, row and stride of the cells that they belong to.
        """
        logits = distances.reshape(len(distances), 4, distances.shape[1] // 4)
        weights = np.exp(logits - logits.max(axis=2, keepdims=True))
        bins = np.arange(logits.shape[2], dtype=np.float32)
        means = (weights @ bins / weights.sum(axis=2)).astype(np.float64)
        points = grid[:, :2] + self._parameters.centre
        return np.concatenate([points - means[:, :2], points + means[:, 2:]], axis=1) * grid[:, 2:]

    def _scores(self, given: Floats) -> NDArray[np.float64]:
        # A quantized file may step a hair over the ends.
        return sigmoid(given) if self._parameters.logits else np.clip(given.astype(np.float64), 0.0, 1.0)


def nanodet(card: ModelCard) -> Nanodet:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    parameters = read_parameters(NanodetParameters, card)
    one = len(parameters.scores)
    if one not in {1, len(parameters.strides)} or len(parameters.distances) not in {0, one}:
        raise ModelError(
            f"card of {card.name}: decoder.parameters: expected outputs for 1 or {len(parameters.strides)} maps, and "
            f"as many of distances or none, got {one} of classes and {len(parameters.distances)} of distances",
            hint="correct card.yaml",
        )
    return Nanodet(card, parameters)


def _shapes(card: ModelCard, parameters: NanodetParameters) -> dict[str, tuple[int | None, ...]]:
    """Say what the graph has to give: how many bins there are is its own affair."""
    width, height = card.input.width, card.input.height
    counts = [side(width, stride) * side(height, stride) for stride in parameters.strides]
    rows: list[int | None] = list(counts) if len(parameters.scores) == len(counts) else [sum(counts)]
    if card.input.stride is not None:
        rows = [None] * len(parameters.scores)
    columns = len(card.classes) if parameters.distances else None
    shapes: dict[str, tuple[int | None, ...]] = {
        name: (1, count, columns) for name, count in zip(parameters.scores, rows, strict=True)
    }
    if parameters.distances:
        shapes |= {name: (1, count, None) for name, count in zip(parameters.distances, rows, strict=True)}
    return shapes


def _joined(outputs: Outputs, names: tuple[str, ...]) -> Floats:
    joined: Floats = np.concatenate([outputs[name][0] for name in names]).astype(np.float32, copy=False)
    return joined
