"""CenterFace: a heat map of faces, with their sizes and five landmarks (Xu et al., CenterFace, 2019)."""

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
_LANDMARKS: Final = 5

# A face a thousand times its cell is wrong anyway, and the exponential of more would overflow.
_MAX_LOG: Final = math.log(1000.0)


class CenterfaceParameters(Section):
    """The four outputs, each a plane or more of cells, and what is left of faces that lie on each other."""

    heat: Annotated[str, Field(description="output with the score of a face's centre, 1 plane")]
    size: Annotated[str, Field(description="output with logarithms of height and width in cells, 2 planes")]
    offset: Annotated[str, Field(description="output with y and x of the centre within its cell, 2 planes")]
    landmarks: Annotated[str, Field(description="output with y, x of five landmarks as shares of the box, 10 planes")]
    stride: Annotated[int, Field(ge=1, le=256, description="pixels on a side of a cell")] = 4
    iou: Annotated[FiniteFloat, Field(gt=0, le=1, description="overlap from which on a face is suppressed")] = 0.3


class Centerface:
    """The decoder of one CenterFace model.

    Args:
        card: for the size of its input.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: CenterfaceParameters) -> None:
        self.signals: Final = frozenset({"near_threshold", "entropy", "nms_support", "pose_outlier"})
        self._name = card.name
        self._parameters = parameters
        height, width = (side(pixels, parameters.stride) for pixels in (card.input.height, card.input.width))
        shape = (height, width) if card.input.stride is None else (None, None)
        planes = {parameters.heat: 1, parameters.size: 2, parameters.offset: 2, parameters.landmarks: 2 * _LANDMARKS}
        self.outputs: Final[dict[str, tuple[int | None, ...]]] = {
            name: (1, count, *shape) for name, count in planes.items()
        }

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every cell that reaches the floor is a candidate, until the suppression."""
        stride = self._parameters.stride
        planes = {name: outputs[name][0] for name in self.outputs}
        expected = (side(fit.input_height, stride), side(fit.input_width, stride))
        for plane in planes.values():
            check_cells(self._name, expected=expected, got=plane.shape[1:])
        flat = {name: plane.reshape(len(plane), -1) for name, plane in planes.items()}
        heat = flat[self._parameters.heat]
        rows, columns = best_pairs(heat, floor=floor, named=_NAMED)
        scores = np.clip(heat[0, rows].astype(np.float64), 0.0, 1.0)
        size, offset = (flat[name][::-1, rows].T for name in (self._parameters.size, self._parameters.offset))
        boxes = _boxes(size, offset, grid=cells(fit, stride)[rows, :2]) * stride
        iou = self._parameters.iou
        kept = suppress(boxes, columns, iou=iou, most=most)
        points = _points(flat[self._parameters.landmarks][:, rows[kept]].T, boxes[kept])
        return Candidates(
            fit.to_frame(boxes[kept]),
            scores[kept],
            columns[kept],
            shapes=skeletons(fit.to_frame(points), scores[kept]),
            support=cluster(boxes, scores, classes=columns, kept=kept, iou=iou),
        )


def centerface(card: ModelCard) -> Centerface:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong, or it names more than one class.
    """
    one_class(card)
    return Centerface(card, read_parameters(CenterfaceParameters, card))


def _boxes(size: Floats, offset: Floats, *, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4) boxes in cells.

    Args:
        size: (n, 2): logarithms of width and height.
        offset: (n, 2): x and y of the centre from the middle of its cell.
        grid: (n, 2): column and row of each.
    """
    centres = grid + 0.5 + offset.astype(np.float64)
    halves = np.exp(np.minimum(size.astype(np.float64), _MAX_LOG)) / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)


def _points(told: Floats, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 10) landmarks: x, y, ... in pixels of the input, from y, x, ... as shares of the box."""
    shares = told.reshape(len(told), _LANDMARKS, 2)[:, :, ::-1].astype(np.float64)
    points = boxes[:, None, :2] + shares * (boxes[:, None, 2:] - boxes[:, None, :2])
    return points.reshape(told.shape)
