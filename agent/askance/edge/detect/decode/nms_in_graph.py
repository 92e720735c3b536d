"""Suppression in the graph with an output each for boxes, scores and classes, as TensorFlow and TorchVision export."""

from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.coordinates import Coordinates, corners
from askance.edge.detect.decode.given import given_rows
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard


class NmsInGraphParameters(Coordinates):
    """The names and the layout of the outputs."""

    boxes: Annotated[str, Field(description="output with four numbers an object")]
    scores: Annotated[str, Field(description="output with a score an object")]
    classes: Annotated[str, Field(description="output with the class column of each object")]
    count: Annotated[str | None, Field(description="output with the number of objects; null: every row is one")] = None
    batch: Annotated[bool, Field(description="the outputs begin with an axis for the batch; TorchVision's do not")] = (
        True
    )


class NmsInGraph:
    """The decoder of one such model.

    Args:
        card: for which classes have a name.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: NmsInGraphParameters) -> None:
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        one = (1,) if parameters.batch else ()
        shapes: dict[str, tuple[int | None, ...]] = {
            parameters.boxes: (*one, None, 4),
            parameters.scores: (*one, None),
            parameters.classes: (*one, None),
        }
        self.signals: Final = frozenset({"near_threshold", "entropy"})
        self.outputs: Final = shapes if parameters.count is None else {**shapes, parameters.count: (1,)}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: each row is a candidate."""
        wanted = self._parameters
        boxes, scores, classes = (self._rows(outputs, name) for name in (wanted.boxes, wanted.scores, wanted.classes))
        rows, columns = given_rows(scores, classes, floor=floor, most=most, named=self._named)
        middles = wanted.middles(boxes[rows], fit)
        found = np.clip(scores[rows].astype(np.float64), 0.0, 1.0)
        return Candidates(fit.to_frame(corners(middles)), found, columns)

    def _rows(self, outputs: Outputs, name: str) -> NDArray[Any]:
        """Return an output without its batch, cut to the objects that there are."""
        given = outputs[name][0] if self._parameters.batch else outputs[name]
        count = self._parameters.count
        return given if count is None else given[: max(0, round(float(outputs[count][0])))]


def nms_in_graph(card: ModelCard) -> NmsInGraph:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return NmsInGraph(card, read_parameters(NmsInGraphParameters, card))
