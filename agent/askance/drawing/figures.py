"""Each annotation kind as SVG elements, in pixels of the image."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from askance.codecs.pixels import covered, resample
from askance.codecs.polygons import area, fill, outline
from askance.wire.annotations import Annotation, Box, Cuboid, Keypoints, Mask, Polygon, Segment, Tag

VISIBLE: Final = 0.5  # a keypoint below this score is drawn hollow
_FINEST: Final = 640  # cells along the longer side: finer outlines are not seen in a picture, and cost bytes
_TOLERANCE: Final = 0.5  # cells
_LEAST: Final = 4  # cells: smaller holes are noise

# Corners 1 to 8 of a cuboid count in binary, x slowest: those that differ in one digit share an edge.
_EDGES: Final = tuple(
    (start + 1, end + 1) for start, end in combinations(range(8), 2) if (start ^ end).bit_count() == 1
)


def figure(annotation: Annotation, *, size: tuple[int, int], dot: float, joints: Sequence[tuple[int, int]] = ()) -> str:
    """Draw an annotation; a tag has no figure.

    Args:
        annotation: in pixels of the image.
        size: width and height of the image.
        dot: radius of a keypoint, pixels.
        joints: which keypoints are joined, as pairs of places.
    """
    match annotation:
        case Tag():
            return ""
        case Box():
            return _box(annotation)
        case Polygon():
            return f'<path class="area" d="{_path(_points(ring) for ring in annotation.rings)}"/>'
        case Keypoints():
            return _skeleton(annotation, dot=dot, joints=joints)
        case Cuboid():
            return _cuboid(annotation, dot=dot)
        case Mask() | Segment():
            return f'<path class="area {_name(annotation)}" fill-rule="evenodd" d="{_region(annotation, size)}"/>'
        case _:
            assert_never(annotation)


def _name(annotation: Mask | Segment) -> str:
    return annotation.scope if isinstance(annotation, Mask) else annotation.kind


def _box(box: Box) -> str:
    across, down = box.x + box.width / 2, box.y + box.height / 2
    turn = "" if box.rotation is None else f' transform="rotate({box.rotation:.1f} {across:.1f} {down:.1f})"'
    return f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"{turn}/>'


def _points(ring: Sequence[float]) -> NDArray[np.float64]:
    return np.array(ring, np.float64).reshape(-1, 2)


def _path(rings: Iterable[NDArray[np.float64]]) -> str:
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)


def _region(annotation: Mask | Segment, size: tuple[int, int]) -> str:
    """Return the outlines of a mask and of its holes."""
    width, height = size
    share = min(1.0, _FINEST / max(width, height))
    columns, rows = max(1, round(width * share)), max(1, round(height * share))
    mask = resample(covered(annotation, width=width, height=height), width=columns, height=rows)
    around = outline(mask)
    holes = fill(around, width=columns, height=rows) & ~mask
    inner = [ring for ring in outline(holes) if area(ring) > _LEAST]
    thin = outline(mask, tolerance=_TOLERANCE)
    return _path(ring * (width / columns, height / rows) for ring in (*thin, *inner))


def _skeleton(keypoints: Keypoints, *, dot: float, joints: Sequence[tuple[int, int]]) -> str:
    sure = [score is None or score >= VISIBLE for _, _, score in keypoints.points]
    count = len(keypoints.points)
    bones = "".join(
        _line(keypoints.points[start][:2], keypoints.points[end][:2])
        for start, end in joints
        if max(start, end) < count and sure[start] and sure[end]
    )
    dots = "".join(
        f'<circle class="{"sure" if seen else "unsure"}" cx="{x:.1f}" cy="{y:.1f}" r="{dot:.1f}"/>'
        for (x, y, _), seen in zip(keypoints.points, sure, strict=True)
    )
    return bones + dots


def _cuboid(cuboid: Cuboid, *, dot: float) -> str:
    x, y = cuboid.points[0]
    edges = "".join(_line(cuboid.points[start], cuboid.points[end]) for start, end in _EDGES)
    return f'{edges}<circle class="sure" cx="{x:.1f}" cy="{y:.1f}" r="{dot:.1f}"/>'


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'
