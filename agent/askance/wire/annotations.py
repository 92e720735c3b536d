"""What was seen in a frame: one frozen type per annotation kind.

Coordinates are pixels of the stored image: origin at the top-left corner of the top-left pixel, x to the right, y down.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

Score = Annotated[FiniteFloat, Field(ge=0, le=1)]
LabelName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]

MAX_ANNOTATIONS = 500


class Origin(StrEnum):
    """Who put an annotation there."""

    MODEL = "model"
    TRACKER = "tracker"
    HUMAN = "human"


class WireModel(BaseModel):
    """Read leniently (unknown keys are ignored), written strictly, never changed after birth."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Labelled(WireModel):
    """What every annotation kind shares."""

    label_id: Annotated[int, Field(ge=0, le=65535, description="id in the label map that the manifest names")]
    label: LabelName
    score: Annotated[Score | None, Field(description="the detector's score; null where a person drew it")] = None
    calibrated_score: Annotated[Score | None, Field(description="score after calibration; null when there is none")] = (
        None
    )
    origin: Origin = Origin.MODEL
    track_id: Annotated[int | None, Field(ge=0, le=2**53)] = None
    suggested: Annotated[bool, Field(description="a candidate below the report threshold: a hint, not a claim")] = False


class Tag(Labelled):
    """A class of the whole image."""

    kind: Literal["tag"] = "tag"


class Box(Labelled):
    """A bounding box; with ``rotation``, turned clockwise by that many degrees about its centre."""

    kind: Literal["box"] = "box"
    x: Annotated[FiniteFloat, Field(description="left edge, pixels")]
    y: Annotated[FiniteFloat, Field(description="top edge, pixels")]
    width: Annotated[FiniteFloat, Field(ge=0, description="pixels")]
    height: Annotated[FiniteFloat, Field(ge=0, description="pixels")]
    rotation: Annotated[FiniteFloat | None, Field(gt=-180, le=180)] = None

    def inside(self, *, image_width: int, image_height: int, slack: float = 0.01) -> bool:
        """Whether the upright box lies in the image, give or take ``slack`` pixels of rounding."""
        return (
            self.x >= -slack
            and self.y >= -slack
            and self.x + self.width <= image_width + slack
            and self.y + self.height <= image_height + slack
        )


Annotation = Annotated[Tag | Box, Field(discriminator="kind")]
