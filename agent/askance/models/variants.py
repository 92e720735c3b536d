"""Other views of a labelled photo: a part of it, mirrored, coarser, darker or brighter, with its objects."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Image
from askance.models.truth import Objects

_LEAST_LEFT: Final = 0.4
_SIDES: Final = (0.45, 1.0)
_ASPECTS: Final = (0.8, 1.25)
_COARSE: Final = (0.35, 0.9)
_GAIN: Final = (0.6, 1.35)
_OFFSET: Final = (-20.0, 20.0)
_WHOLE_EVERY: Final = 3


def vary(image: Image, objects: Objects, *, number: int, random: np.random.Generator) -> tuple[Image, Objects]:
    """Return a variant and the objects that are still in it: those of which a part of 0.4 or more is left.

    Every third variant is the whole photo, about, scaled down and up again; the others are parts of it.

    Args:
        image: (height, width, 3), uint8, BGR.
        objects: its.
        number: which variant, from 1.
        random: where, how large and how bright.
    """
    height, width = image.shape[:2]
    boxes = objects.boxes
    if random.random() < 0.5:  # noqa: PLR2004 (every other one)
        image = image[:, ::-1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
    whole = number % _WHOLE_EVERY == 0
    side, aspect = 1.0 if whole else random.uniform(*_SIDES), random.uniform(*_ASPECTS)
    size = (max(1, int(width * min(1.0, side * aspect))), max(1, int(height * min(1.0, side / aspect))))
    left, top = (int(random.integers(0, most - taken + 1)) for most, taken in zip((width, height), size, strict=True))
    part = np.ascontiguousarray(image[top : top + size[1], left : left + size[0]])
    if whole:
        part = _coarser(part, random.uniform(*_COARSE))
    shown = part.astype(np.float32) * random.uniform(*_GAIN) + random.uniform(*_OFFSET)
    return np.clip(shown, 0, 255).astype(np.uint8), _inside(boxes - (left, top, left, top), objects, size=size)


def _coarser(image: Image, share: float) -> Image:
    height, width = image.shape[:2]
    small = (max(1, int(width * share)), max(1, int(height * share)))
    coarse = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _inside(boxes: NDArray[np.float64], objects: Objects, *, size: tuple[int, int]) -> Objects:
    clipped = np.clip(boxes, 0.0, (*size, *size))
    kept = _areas(clipped) >= _LEAST_LEFT * np.maximum(_areas(boxes), np.finfo(np.float64).tiny)
    return replace(objects, boxes=clipped[kept], columns=objects.columns[kept])


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return areas
