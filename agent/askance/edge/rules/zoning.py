"""What a rule may say of zones: the keys, their types and their bounds."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, FiniteFloat, WithJsonSchema, model_validator

from askance.edge.values import Polygon
from askance.edge.zones import fault
from askance.sections import Section
from askance.wire.identity import CameraName

MAX_CORNERS: Final = 64


def check_polygon(polygon: Polygon) -> Polygon:
    """Return the polygon if it is one.

    Raises:
        ValueError: too few or too many corners, a corner outside the frame, an edge that crosses another, no area.
    """
    if len(polygon) > MAX_CORNERS:
        raise ValueError(f"a polygon has at most {MAX_CORNERS} corners, got {len(polygon)}")
    wrong = fault(polygon)
    if wrong is not None:
        raise ValueError(wrong)
    return polygon


Corners = Annotated[
    tuple[tuple[FiniteFloat, FiniteFloat], ...],
    AfterValidator(check_polygon),
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 3,
            "maxItems": MAX_CORNERS,
            "items": {
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "items": {"type": "number", "minimum": 0, "maximum": 1},
            },
            "examples": [[[0, 0.4], [1, 0.4], [1, 1], [0, 1]]],
        }
    ),
]


class ZoneSection(Section):
    """A part of what a camera sees; an object is where the bottom of its box has its middle."""

    camera: Annotated[CameraName, Field(description="id of the camera; at cameras without a zone all counts")]
    preset: Annotated[
        str | None, Field(min_length=1, max_length=64, description="pose that it was drawn for; none: every pose")
    ] = None
    include: Annotated[
        Corners | None, Field(description="corners [x, y], shares of width and height; none: the whole picture")
    ] = None
    exclude: Annotated[Corners | None, Field(description="what does not count, in any zone of this pose")] = None

    @model_validator(mode="after")
    def _some_polygon(self) -> Self:
        if self.include is self.exclude is None:
            raise ValueError("expected at least one of include, exclude")
        return self
