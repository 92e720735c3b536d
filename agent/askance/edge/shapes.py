"""What an object looks like beyond its upright box, in pixels of the frame."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray


class Scope(StrEnum):
    """What the pixels of a region are."""

    INSTANCE = "instance"
    SEMANTIC = "semantic"
    THING = "thing"
    STUFF = "stuff"


@dataclass(frozen=True, slots=True)
class Whole:
    """A class of the whole image: a tag."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A rotated box.

    Attributes:
        centre: x and y.
        size: width and height before it is turned.
        degrees: clockwise about the centre, in (-180, 180].
    """

    centre: tuple[float, float]
    size: tuple[float, float]
    degrees: float


@dataclass(frozen=True, slots=True)
class Region:
    """A set of pixels.

    Attributes:
        left: first column of the frame that ``inside`` covers.
        top: first row.
        inside: (rows, columns), bool, whole pixels of the frame; everything beyond is outside.
        scope: one object, all pixels of a class, or a panoptic segment.
        soft: (any rows, any columns), float32 in [0, 1]: the probability of being inside, at the model's own
            resolution, over about the same part of the frame; None where the model gives a decision alone.
    """

    left: int
    top: int
    inside: NDArray[np.bool_]
    scope: Scope
    soft: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.inside.ndim != 2:  # noqa: PLR2004 (rows, columns)
            raise ValueError(f"expected a mask of shape (rows, columns), got {self.inside.shape}")


@dataclass(frozen=True, slots=True)
class Outline:
    """A polygon.

    Attributes:
        ring: (corners, 2), float: x, y in order around the object.
    """

    ring: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.ring.ndim != 2 or self.ring.shape[1] != 2 or len(self.ring) < 3:  # noqa: PLR2004 (corners, x and y)
            raise ValueError(f"expected corners of shape (3 or more, 2), got {self.ring.shape}")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Named points in the order of the label's skeleton.

    Attributes:
        points: (points, 3), float: x, y, score in [0, 1]; a point may lie outside the frame.
    """

    points: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.points.shape[1] != 3:  # noqa: PLR2004 (points, x y score)
            raise ValueError(f"expected points of shape (points, 3), got {self.points.shape}")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a 3D box is in the camera's frame: x to the right, y down, z forward (OpenCV's).

    Attributes:
        rotation: unit quaternion w, x, y, z, from the box's own axes (y is its upward one) to the camera's.
        translation: of the centre.
        size: along the box's own x, y, z.
        metric: whether lengths are metres; False: multiples of the box's own height.
    """

    rotation: tuple[float, float, float, float]
    translation: tuple[float, float, float]
    size: tuple[float, float, float]
    metric: bool = False


@dataclass(frozen=True, slots=True)
class Solid:
    """A 3D box by its projection, in the order of `wire.annotations.Cuboid`.

    Attributes:
        points: (9, 2), float: the centre and eight corners, x and y; corners may lie outside the frame.
        placement: where it is in space; None where the camera's intrinsics are not known.
    """

    points: NDArray[np.float64]
    placement: Placement | None = None

    def __post_init__(self) -> None:
        if self.points.shape != (9, 2):
            raise ValueError(f"expected points of shape (9, 2), got {self.points.shape}")


Shape: TypeAlias = Whole | Turned | Region | Outline | Skeleton | Solid


def moved(shape: Shape, *, by: tuple[int, int]) -> Shape:
    """Return the shape moved by whole pixels, to the right and down: from a crop to the frame that it was cut from."""
    right, down = by
    match shape:
        case Whole():
            return shape
        case Turned():
            return replace(shape, centre=(shape.centre[0] + right, shape.centre[1] + down))
        case Region():
            return replace(shape, left=shape.left + right, top=shape.top + down)
        case Outline():
            return Outline(shape.ring + np.array((right, down)))
        case Skeleton():
            return Skeleton(shape.points + np.array((right, down, 0.0)))
        case Solid():
            return Solid(shape.points + np.array((right, down)))
        case _:
            assert_never(shape)
