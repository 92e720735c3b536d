"""Which numbers follow a box and its class scores, as a card says it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from askance.edge.detect.decode.masks import MaskTail
from askance.edge.detect.decode.poses import PoseTail
from askance.edge.detect.decode.rotated import AngleTail
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.package import ModelCard
from askance.errors import ModelError
from askance.sections import Section


class TailParameters(Section):
    """What follows a box and its class scores: at most one of mask coefficients, keypoints and an angle."""

    prototypes: Annotated[str | None, Field(description="output with the prototype maps of masks; null: no masks")] = (
        None
    )
    coefficients: Annotated[int, Field(ge=1, description="how many prototype maps there are")] = 32
    keypoints: Annotated[int | None, Field(ge=1, le=200, description="points a skeleton; null: none")] = None
    keypoint_values: Annotated[Literal[2, 3], Field(description="3: x, y, score; 2: x, y")] = 3
    rotated: Annotated[bool, Field(description="an angle follows, radians, clockwise")] = False

    @model_validator(mode="after")
    def _single(self) -> Self:
        if (self.prototypes is not None) + (self.keypoints is not None) + self.rotated > 1:
            raise ValueError("masks, keypoints and an angle do not go together")
        return self


def tail_of(parameters: TailParameters, card: ModelCard) -> Tail:
    """Build what reads the numbers after a box.

    Raises:
        ModelError: turned boxes, and an input that does not keep their proportions.
    """
    if parameters.prototypes is not None:
        return MaskTail(parameters.prototypes, coefficients=parameters.coefficients)
    if parameters.keypoints is not None:
        return PoseTail(parameters.keypoints, values=parameters.keypoint_values)
    if not parameters.rotated:
        return Tail()
    if card.input.resize == "stretch":
        raise ModelError(
            f"card of {card.name}: decoder.parameters.rotated: a stretched picture has no right angles",
            hint="set input.resize to letterbox in card.yaml",
        )
    return AngleTail()
