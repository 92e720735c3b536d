"""YuNet: faces with five landmarks, one guess a cell (Wu, Peng, Yu: YuNet, 2023)."""

import math
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.cells import cells, check_cells, side
from askance.edge.detect.decode.clusters import cluster
from askance.edge.detect.decode.landmarks import skeletons
from askance.edge.detect.decode.nms import suppress
from askance.edge.detect.decode.pairs import best_pairs
from askance.edge.detect.decode.parameters import one_class, read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.values import Floats
from askance.sections import Section

_NAMED: Final = np.array([True])

# A face a thousand times its cell is wrong anyway, and the exponential of more would overflow.
_MAX_LOG: Final = math.log(1000.0)


class YunetMap(Section):
    """One feature map: the pixels on a side of its cell, and its four outputs."""

    stride: Annotated[int, Field(ge=1, le=256)]
    face: Annotated[str, Field(description="output with the score of each cell's being a face")]
    good: Annotated[str, Field(description="output with how well the cell's box is thought to lie")]
    boxes: Annotated[str, Field(description="output with 4 numbers a cell: centre x, y, logarithm of width, height")]
    points: Annotated[str, Field(description="output with x, y of each landmark")]


class YunetParameters(Section):
    """The feature maps, and what is left of faces that lie on each other."""

    maps: Annotated[tuple[YunetMap, ...], Field(min_length=1)]
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a face is suppressed")] = 0.3


class Yunet:
    """The decoder of one YuNet model.

    Args:
        card: for the size of its input.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: YunetParameters) -> None:
        self.signals: Final = frozenset({"near_threshold", "entropy", "nms_support", "pose_outlier"})
        self._name = card.name
        self._parameters = parameters
        self.outputs: Final = _shapes(card, parameters)

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every cell that reaches the floor is a candidate, until the suppression."""
        maps = self._parameters.maps
        face, good, told, points = (
            np.concatenate([outputs[getattr(each, column)][0] for each in maps])
            for column in ("face", "good", "boxes", "points")
        )
        grid = cells(fit, *(each.stride for each in maps))
        check_cells(self._name, expected=(len(grid),) * 4, got=(len(face), len(good), len(told), len(points)))
        scores = np.sqrt(np.clip(face, 0.0, 1.0) * np.clip(good, 0.0, 1.0)).T
        rows, columns = best_pairs(scores, floor=floor, named=_NAMED)
        boxes, best = _boxes(told[rows], grid[rows]), scores[0, rows].astype(np.float64)
        iou = self._parameters.iou
        kept = suppress(_whole(boxes), columns, iou=iou, most=most)
        seen = fit.to_frame(_points(points[rows[kept]], grid[rows[kept]]))
        return Candidates(
            fit.to_frame(boxes[kept]),
            best[kept],
            columns[kept],
            shapes=skeletons(seen, best[kept]),
            support=cluster(boxes, best, classes=columns, kept=kept, iou=iou),
        )


def yunet(card: ModelCard) -> Yunet:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong, or it names more than one class.
    """
    one_class(card)
    return Yunet(card, read_parameters(YunetParameters, card))


def _shapes(card: ModelCard, parameters: YunetParameters) -> dict[str, tuple[int | None, ...]]:
    shapes: dict[str, tuple[int | None, ...]] = {}
    for each in parameters.maps:
        count = side(card.input.width, each.stride) * side(card.input.height, each.stride)
        rows = count if card.input.stride is None else None
        columns = {each.face: 1, each.good: 1, each.boxes: 4, each.points: 10}
        shapes |= {name: (1, rows, count) for name, count in columns.items()}
    return shapes


def _boxes(told: Floats, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4) boxes in pixels of the input.

    Args:
        told: (n, 4): centre from the cell's corner in cells, and logarithms of the size in cells.
        grid: (n, 3): column, row and stride of each.
    """
    given = told.astype(np.float64)
    centres = (given[:, :2] + grid[:, :2]) * grid[:, 2:]
    halves = np.exp(np.minimum(given[:, 2:], _MAX_LOG)) * grid[:, 2:] / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)


def _points(told: Floats, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 10) landmarks in pixels of the input, from the cell's corner as a box's centre is."""
    moved: NDArray[np.float64] = (told + np.tile(grid[:, :2], told.shape[1] // 2)) * grid[:, 2:]
    return moved


def _whole(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut left, top, width and height to whole pixels, as OpenCV does before it compares faces."""
    corners = np.trunc(boxes[:, :2])
    return np.concatenate([corners, corners + np.trunc(boxes[:, 2:] - boxes[:, :2])], axis=1)
