"""An annotation as one row of a COCO file."""

from typing import Any, Final, TypeAlias

import numpy as np

from askance.codecs.pixels import covered
from askance.codecs.rle import encode
from askance.labels import Label
from askance.wire.annotations import Annotation, Box, Cuboid, Keypoints, Mask, Pixels, Placed, Polygon, Segment
from askance.wire.geometry import corners, upright
from askance.wire.rle import expand

Json: TypeAlias = dict[str, Any]

VISIBLE: Final = 0.5  # a keypoint of this score or more is visible in COCO's sense
_LABELLED, _SEEN = 1, 2


def instance(annotation: Placed, label: Label, *, size: tuple[int, int]) -> Json:
    """Return category, rectangle, area, and what the kind has beyond them.

    Args:
        annotation: in pixels of the image.
        label: its own; all rows of a label with a skeleton have keypoints, of which none may be marked.
        size: width and height of the image.
    """
    x, y, width, height = upright(annotation) if isinstance(annotation, Box) else _rectangle(annotation)
    row: Json = {
        "category_id": label.id,
        "bbox": [x, y, width, height],
        "area": annotation.width * annotation.height,
        "iscrowd": 0,
        "kind": annotation.kind,
    }
    if label.skeleton is not None:
        row |= {"keypoints": [0] * 3 * len(label.skeleton.keypoints), "num_keypoints": 0}
    return row | _own(annotation, size=size)


def provenance(annotation: Annotation) -> Json:
    """Return who says so, and how sure they are."""
    return {
        "score": annotation.score,
        "calibrated_score": annotation.calibrated_score,
        "origin": annotation.origin,
        "suggested": annotation.suggested,
        "track_id": annotation.track_id,
        **({} if annotation.model is None else {"model": annotation.model}),
    }


def _rectangle(annotation: Placed) -> tuple[float, float, float, float]:
    return annotation.x, annotation.y, annotation.width, annotation.height


def _own(annotation: Placed, *, size: tuple[int, int]) -> Json:
    """Return what a kind has beyond a rectangle."""
    match annotation:
        case Box(rotation=float()):
            place = (annotation.x, annotation.y, annotation.width, annotation.height, annotation.rotation)
            ring = [number for corner in corners(annotation) for number in corner]
            return {"segmentation": [ring], "rotated": list(place)}
        case Polygon():
            covers = covered(annotation, width=size[0], height=size[1])
            return {"segmentation": [list(ring) for ring in annotation.rings], "area": int(np.count_nonzero(covers))}
        case Pixels():
            counts = annotation.counts
            if annotation.grid is not None:
                counts = encode(covered(annotation, width=size[0], height=size[1]))
            crowd = isinstance(annotation, Mask) and annotation.scope == "semantic"
            return {
                "segmentation": {"size": [size[1], size[0]], "counts": counts},
                "area": sum(expand(counts)[1::2]),
                "iscrowd": int(crowd),
                **({"isthing": int(annotation.thing)} if isinstance(annotation, Segment) else {}),
            }
        case Keypoints():
            return _keypoints(annotation)
        case Cuboid():
            return {"cuboid": annotation.model_dump(mode="json", include={"points", "pose"})}
        case _:
            return {}


def _keypoints(annotation: Keypoints) -> Json:
    """Write points as COCO does: x, y and whether it is visible (2) or was only guessed (1), of all that were given."""
    scores = [score for _, _, score in annotation.points]
    flags = [_SEEN if score is None or score >= VISIBLE else _LABELLED for score in scores]
    return {
        "keypoints": [part for (x, y, _), flag in zip(annotation.points, flags, strict=True) for part in (x, y, flag)],
        "num_keypoints": len(flags),
        "keypoint_scores": scores,
    }
