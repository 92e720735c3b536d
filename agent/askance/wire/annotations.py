"""What was seen in a frame: one frozen type per annotation kind.

Coordinates are pixels of the stored image: origin at the top-left corner of the top-left pixel, x to the right, y down.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from askance.wire.rle import expand

Score = Annotated[FiniteFloat, Field(ge=0, le=1)]
LabelName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Side = Annotated[int, Field(ge=1, le=65535)]
Coordinate = Annotated[FiniteFloat, Field(ge=-1e6, le=1e6, description="pixels")]

MAX_ANNOTATIONS = 500
MAX_RINGS = 100
MAX_RING_NUMBERS = 512
MAX_POINTS = 200
MAX_COUNTS = 32768
CUBOID_POINTS = 9


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
    model: Annotated[
        str | None, Field(max_length=64, description="which of the manifest's companions saw it; null: its main model")
    ] = None
    kind: Annotated[Any, Field(description="which of the kinds it is; each kind narrows it to its own word")]

    def fault(self, *, image_width: int, image_height: int) -> str | None:  # noqa: ARG002 (kinds with a place use them)
        """Say what keeps the annotation from lying in an image of that size; None: it does."""
        return None


class Tag(Labelled):
    """A class of the whole image."""

    kind: Literal["tag"] = "tag"


class Placed(Labelled):
    """What has a place: its upright rectangle."""

    x: Annotated[FiniteFloat, Field(description="left edge, pixels")]
    y: Annotated[FiniteFloat, Field(description="top edge, pixels")]
    width: Annotated[FiniteFloat, Field(ge=0, description="pixels")]
    height: Annotated[FiniteFloat, Field(ge=0, description="pixels")]

    def inside(self, *, image_width: int, image_height: int, slack: float = 0.01) -> bool:
        """Whether the upright rectangle lies in the image, give or take ``slack`` pixels of rounding."""
        return (
            self.x >= -slack
            and self.y >= -slack
            and self.x + self.width <= image_width + slack
            and self.y + self.height <= image_height + slack
        )

    def fault(self, *, image_width: int, image_height: int) -> str | None:
        """Say what keeps the annotation from lying in an image of that size; None: it does."""
        return None if self.inside(image_width=image_width, image_height=image_height) else "lies outside the image"


class Box(Placed):
    """A bounding box; with ``rotation``, turned clockwise by that many degrees about its centre."""

    kind: Literal["box"] = "box"
    rotation: Annotated[FiniteFloat | None, Field(gt=-180, le=180)] = None

    def inside(self, *, image_width: int, image_height: int, slack: float = 0.01) -> bool:
        """Whether the box lies in the image; of a rotated one, whose corners may stick out, whether its centre does."""
        if self.rotation is None:
            return super().inside(image_width=image_width, image_height=image_height, slack=slack)
        across, down = self.x + self.width / 2, self.y + self.height / 2
        return -slack <= across <= image_width + slack and -slack <= down <= image_height + slack


class Polygon(Placed):
    """Outlines of one object in pieces, as COCO has them: the union of the rings is the object, holes are not told."""

    kind: Literal["polygon"] = "polygon"
    rings: Annotated[
        tuple[Annotated[tuple[Coordinate, ...], Field(min_length=6, max_length=MAX_RING_NUMBERS)], ...],
        Field(min_length=1, max_length=MAX_RINGS, description="each x, y, x, y, ..., closed by itself"),
    ]

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if any(len(ring) % 2 for ring in self.rings):
            raise ValueError("a ring has an x without a y")
        return self


class Pixels(Placed):
    """A set of pixels of the image, or of a coarser grid that is stretched over it."""

    counts: Annotated[
        str, Field(min_length=1, max_length=MAX_COUNTS, description="COCO's compressed run lengths over the whole grid")
    ]
    grid: Annotated[
        tuple[Side, Side] | None, Field(description="columns and rows of the grid; null: the image's own pixels")
    ] = None

    def fault(self, *, image_width: int, image_height: int) -> str | None:
        """Say what keeps the mask from being one of an image of that size; None: nothing."""
        try:
            total = sum(expand(self.counts))
        except ValueError as error:
            return f"has a mask that cannot be read: {error}"
        columns, rows = self.grid or (image_width, image_height)
        if columns > image_width or rows > image_height:
            return f"has a mask of {columns} x {rows}, finer than the image"
        if total != columns * rows:
            return f"has a mask of {total} pixels, expected {columns} x {rows}"
        return super().fault(image_width=image_width, image_height=image_height)


class Mask(Pixels):
    """The pixels of one object; or, as ``semantic``, all pixels of a class, however many objects that are."""

    kind: Literal["mask"] = "mask"
    scope: Literal["instance", "semantic"] = "instance"


class Segment(Pixels):
    """One part of a panoptic division of the image: no pixel belongs to two of a frame's segments."""

    kind: Literal["segment"] = "segment"
    thing: Annotated[bool, Field(description="one object; false: stuff, like sky and grass")]


class Keypoints(Placed):
    """Named points of one object, in the order of its label's skeleton in the label map; any may lie outside."""

    kind: Literal["keypoints"] = "keypoints"
    points: Annotated[
        tuple[tuple[Coordinate, Coordinate, Score | None], ...],
        Field(min_length=1, max_length=MAX_POINTS, description="x, y, score; score null: drawn by a person"),
    ]


class Pose(WireModel):
    """Where a cuboid is in the camera's frame: x to the right, y down, z forward (OpenCV's)."""

    rotation: Annotated[
        tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat], Field(description="unit quaternion w, x, y, z")
    ]
    translation: Annotated[tuple[FiniteFloat, FiniteFloat, FiniteFloat], Field(description="of the centre")]
    size: Annotated[tuple[FiniteFloat, FiniteFloat, FiniteFloat], Field(description="along its own x, y, z")]
    metric: Annotated[bool, Field(description="in metres; false: up to one unknown factor")] = False


class Cuboid(Placed):
    """A 3D box by its nine projected points; corners may lie outside the image.

    The points are the centre and then the corners, of which x changes slowest and z fastest:
    ``---, --+, -+-, -++, +--, +-+, ++-, +++`` (Objectron, Ahmadyan et al. 2021).
    """

    kind: Literal["cuboid"] = "cuboid"
    points: Annotated[
        tuple[tuple[Coordinate, Coordinate], ...], Field(min_length=CUBOID_POINTS, max_length=CUBOID_POINTS)
    ]
    pose: Pose | None = None


Annotation = Annotated[
    Tag | Box | Polygon | Mask | Segment | Keypoints | Cuboid,
    Field(discriminator="kind"),
]
