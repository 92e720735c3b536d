"""Each detection as an annotation of its kind, in the same order, so that indices keep their meaning."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from askance.codecs.rle import encode
from askance.edge.annotate.canvas import TOLERANCE, Canvas, flat, number, tight
from askance.edge.detections import Detections
from askance.edge.shapes import Outline, Region, Scope, Shape, Skeleton, Solid, Turned, Whole
from askance.wire.annotations import MAX_COUNTS, MAX_RING_NUMBERS, Annotation

_ANNOTATION: Final = TypeAdapter[Annotation](Annotation)
SCORE_DIGITS: Final = 4
MAX_SIDE: Final = 65535


def annotate(
    detections: Detections,
    labels: Mapping[int, str],
    *,
    size: tuple[int, int] | None = None,
    scale: tuple[float, float] = (1.0, 1.0),
    polygons: bool = False,
    probabilities: NDArray[np.float64] | None = None,
) -> tuple[Annotation, ...]:
    """Write each detection, in the same order.

    Args:
        detections: in pixels of the frame.
        labels: label id to name.
        size: width and height of the image that is stored; None where no detection is a region, whose masks need it.
        scale: pixels of the stored image in one of the frame, across and down.
        polygons: whether masks of objects are written as polygons.
        probabilities: (n,), float64: what the main model's scores are worth; None: nobody has fitted that.

    Raises:
        ValueError: a detection is a region, and ``size`` is not given.
    """
    shapes = detections.shapes or (None,) * len(detections)
    if size is None and any(isinstance(shape, Region) for shape in shapes):
        raise ValueError("masks need the size of the image that is stored")
    canvas = Canvas(*(size or (MAX_SIDE, MAX_SIDE)), scale)
    pixels = _pixels(shapes, canvas, polygons=polygons)
    rows = (
        _fields(detections, index, labels=labels, probabilities=probabilities)
        | canvas.rectangle(box)
        | pixels.get(index, {})
        | _shape(shape, canvas)
        for index, (shape, box) in enumerate(zip(shapes, detections.boxes, strict=True))
    )
    return tuple(_ANNOTATION.validate_python(row) for row in rows)


def _fields(
    detections: Detections, index: int, *, labels: Mapping[int, str], probabilities: NDArray[np.float64] | None
) -> dict[str, Any]:
    """Return what every kind has."""
    label_id = int(detections.label_ids[index])
    model = None if detections.models is None else detections.models[index]
    worth = None if probabilities is None or model is not None else float(probabilities[index])
    return {
        "label_id": label_id,
        "label": labels[label_id],
        "score": round(float(detections.scores[index]), SCORE_DIGITS),
        "calibrated_score": None if worth is None else round(worth, SCORE_DIGITS),
        "suggested": not bool(detections.reported[index]),
        "model": model,
    }


def _shape(shape: Shape | None, canvas: Canvas) -> dict[str, Any]:
    """Return the kind, and what it has beyond labels, rectangle and pixels."""
    match shape:
        case None:
            return {"kind": "box"}
        case Whole():
            return {"kind": "tag"}
        case Turned():
            return {"kind": "box"} | _turned(shape, canvas)
        case Region(scope=Scope.INSTANCE | Scope.SEMANTIC):
            return {"scope": shape.scope.value}
        case Region():
            return {"kind": "segment", "thing": shape.scope is Scope.THING}
        case Outline():
            return {"kind": "polygon", "rings": _ring(shape, canvas)}
        case Skeleton():
            scores = np.round(np.clip(np.nan_to_num(shape.points[:, 2]), 0, 1), SCORE_DIGITS).tolist()
            places = canvas.points(shape.points[:, :2])
            return {
                "kind": "keypoints",
                "points": [(x, y, score) for (x, y), score in zip(places, scores, strict=True)],
            }
        case Solid():
            placement = None if shape.placement is None else dataclasses.asdict(shape.placement)
            return {"kind": "cuboid", "points": canvas.points(shape.points), "pose": placement}
        case _:
            assert_never(shape)


def _turned(shape: Turned, canvas: Canvas) -> dict[str, float]:
    """Scale a rotated box along its own sides; its centre, which may not leave the image, is moved in."""
    across, down = canvas.scale
    turn = math.radians(shape.degrees)
    width = shape.size[0] * math.hypot(math.cos(turn) * across, math.sin(turn) * down)
    height = shape.size[1] * math.hypot(math.sin(turn) * across, math.cos(turn) * down)
    turned = math.degrees(math.atan2(math.sin(turn) * down, math.cos(turn) * across))
    x, y = np.clip(np.multiply(shape.centre, canvas.scale), 0, (canvas.width, canvas.height))
    rotation = number(turned)
    return {
        "x": number(x - width / 2),
        "y": number(y - height / 2),
        "width": number(width),
        "height": number(height),
        "rotation": 180.0 if rotation <= -180 else rotation,  # noqa: PLR2004 (the wire's range is half open)
    }


def _pixels(shapes: Sequence[Shape | None], canvas: Canvas, *, polygons: bool) -> dict[int, dict[str, Any]]:
    """Return the rings or run lengths of each region, by index.

    An object whose run lengths are longer than the wire takes is written as a polygon. Regions that divide the image
    among them share one grid, so that they stay apart; it is as fine as the longest of them allows.
    """
    regions = {index: shape for index, shape in enumerate(shapes) if isinstance(shape, Region)}
    written: dict[int, dict[str, Any]] = {}
    for index, region in regions.items():
        if region.scope is Scope.INSTANCE:
            mask = canvas.mask(region)
            counts = encode(mask)
            rings = flat(tight(mask)) if polygons or len(counts) > MAX_COUNTS else []
            written[index] = {"kind": "polygon", "rings": rings} if rings else {"kind": "mask", "counts": counts}
    shared = {index: region for index, region in regions.items() if index not in written}
    return written | _shared(shared, canvas)


def _shared(regions: Mapping[int, Region], canvas: Canvas, *, step: int = 1) -> dict[int, dict[str, Any]]:
    masks = {index: canvas.mask(region, step=step) for index, region in regions.items()}
    texts = {index: encode(mask) for index, mask in masks.items()}
    if any(len(text) > MAX_COUNTS for text in texts.values()):
        return _shared(regions, canvas, step=2 * step)
    return {
        index: {"kind": "mask", "counts": text, "grid": None if step == 1 else masks[index].shape[::-1]}
        for index, text in texts.items()
    }


def _ring(shape: Outline, canvas: Canvas) -> list[list[float]]:
    """Write an outline with as many corners as the wire takes, by a coarser one where it has more."""
    ring = shape.ring * canvas.scale
    corners, tolerance = ring.astype(np.float32).reshape(-1, 1, 2), TOLERANCE
    while 2 * len(ring) > MAX_RING_NUMBERS:
        ring = cv2.approxPolyDP(corners, tolerance, closed=True).reshape(-1, 2).astype(np.float64)
        tolerance *= 2
    return flat([np.clip(ring, 0, (canvas.width, canvas.height))])
