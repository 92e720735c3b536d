"""Objectron's second stage: nine points of the one 3D box in a crop (Ahmadyan et al., Objectron, 2021)."""

from collections.abc import Mapping
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.parameters import one_class, read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Solid
from askance.sections import Section
from askance.wire.annotations import CUBOID_POINTS


class ObjectronParameters(Section):
    """The two outputs."""

    points: Annotated[str, Field(description="output with x and y of the centre and eight corners, pixels of the crop")]
    presence: Annotated[str, Field(description="output with the probability that the crop shows the object")]


class Objectron:
    """The decoder of one Objectron model; the frame that it looks at is a crop around one object.

    Args:
        parameters: the card's, checked.
    """

    def __init__(self, parameters: ObjectronParameters) -> None:
        self._parameters = parameters
        self.signals: Final = frozenset({"near_threshold", "cuboid_jitter"})
        self.outputs: Final[Mapping[str, tuple[int | None, ...]]] = {
            parameters.points: (1, 2 * CUBOID_POINTS),
            parameters.presence: (1, 1),
        }

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one crop: one box, or none when the object is hardly there."""
        scores = np.clip(outputs[self._parameters.presence][0].astype(np.float64), 0.0, 1.0)
        scores = scores[scores >= floor][:most]
        points = fit.to_frame(outputs[self._parameters.points][0].astype(np.float64)).reshape(-1, 2)
        corners = points[1:]
        box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
        return Candidates(
            np.tile(box, (len(scores), 1)),
            scores,
            np.zeros(len(scores), np.intp),
            shapes=(Solid(points),) * len(scores),
        )


def objectron(card: ModelCard) -> Objectron:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong, or it has several classes.
    """
    one_class(card)
    return Objectron(read_parameters(ObjectronParameters, card))
