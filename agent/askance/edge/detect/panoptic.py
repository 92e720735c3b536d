"""What several models saw, with its masks as the segments of one panoptic picture."""

from dataclasses import replace
from typing import Final

import numpy as np

from askance.edge.detect.decode import panoptic
from askance.edge.detect.merge import take
from askance.edge.detections import Detections
from askance.edge.shapes import Region, Scope

_DIVISIBLE: Final = (Scope.INSTANCE, Scope.SEMANTIC)


def segments(detections: Detections, *, things: frozenset[int], width: int, height: int) -> Detections:
    """Divide the frame among the reported masks; rows keep their order.

    A mask of which too little stays visible is left out; boxes, tags, suggestions and segments that a model gave itself
    stay as they are.

    Args:
        detections: of all models.
        things: ids of the labels that are counted.
        width: of the frame, pixels.
        height: of the frame, pixels.
    """
    shapes = detections.shapes or (None,) * len(detections)
    divided = {
        index: shape
        for index, shape in enumerate(shapes)
        if isinstance(shape, Region) and shape.scope in _DIVISIBLE and detections.reported[index]
    }
    if not divided:
        return detections
    rows = list(divided)
    parts = panoptic.merge(
        list(divided.values()),
        detections.scores[rows],
        label_ids=detections.label_ids[rows],
        things=things,
        width=width,
        height=height,
    )
    laid = {rows[part.index]: part.region for part in parts}
    boxes = detections.boxes.copy()
    for index, region in laid.items():
        below, right = region.inside.shape
        boxes[index] = (region.left, region.top, region.left + right, region.top + below)
    kept = np.array([index for index in range(len(shapes)) if index in laid or index not in divided], np.intp)
    return take(replace(detections, boxes=boxes, shapes=tuple(laid.get(i, s) for i, s in enumerate(shapes))), kept)
