"""An annotation in a few words."""

import math
from typing import assert_never

from askance.wire.annotations import (
    Annotation,
    Box,
    Cuboid,
    Keypoints,
    Mask,
    Pixels,
    Placed,
    Polygon,
    Pose,
    Segment,
    Tag,
)


def words(annotation: Annotation) -> str:
    """Name it, with its score where it has one."""
    return annotation.label if annotation.score is None else f"{annotation.label} {annotation.score:.2f}"


def describe(annotation: Annotation) -> str:
    """Say in a line what it is, of which kind, and where."""
    parts = [words(annotation), _kind(annotation)]
    if isinstance(annotation, Placed):
        place = f"of {annotation.width:.0f} x {annotation.height:.0f} at {annotation.x:.0f}, {annotation.y:.0f}"
        parts.append(place)
    if annotation.model is not None:
        parts.append(f"by {annotation.model}")
    if annotation.suggested:
        parts.append("(suggested)")
    return " ".join(parts)


def _kind(annotation: Annotation) -> str:
    match annotation:
        case Tag():
            return "tag"
        case Box(rotation=None):
            return "box"
        case Box():
            return f"box turned by {annotation.rotation:.0f} degrees"
        case Polygon():
            corners = sum(len(ring) // 2 for ring in annotation.rings)
            return f"polygon of {corners} corners" + _in(len(annotation.rings))
        case Mask():
            return f"{annotation.scope} mask{_grid(annotation)}"
        case Segment():
            return f"{'thing' if annotation.thing else 'stuff'} segment{_grid(annotation)}"
        case Keypoints():
            return f"{len(annotation.points)} keypoints"
        case Cuboid():
            return "cuboid" if annotation.pose is None else f"cuboid {_distance(annotation.pose)} away"
        case _:
            assert_never(annotation)


def _in(rings: int) -> str:
    return "" if rings == 1 else f" in {rings} pieces"


def _grid(annotation: Pixels) -> str:
    return "" if annotation.grid is None else f" on a grid of {annotation.grid[0]} x {annotation.grid[1]}"


def _distance(pose: Pose) -> str:
    length = math.hypot(*pose.translation)
    return f"{length:.1f} m" if pose.metric else f"{length:.1f} units"
