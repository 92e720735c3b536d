"""Detections of a frame as the annotations that travel with it, as many as its manifest bears."""

from collections.abc import Mapping, Sequence
from typing import Final

from askance.edge.values import Detections
from askance.wire.annotations import Annotation, Box
from askance.wire.capture import Reason
from askance.wire.codec import dump_json

PIXEL_DIGITS: Final = 2
SCORE_DIGITS: Final = 4


def annotate(detections: Detections, labels: Mapping[int, str]) -> tuple[Annotation, ...]:
    """Write each detection as a box, in the same order, so that indices keep their meaning.

    Args:
        detections: boxes in pixels of the frame that is stored.
        labels: label id to name.
    """
    return tuple(
        _box(detections, index, label_id=int(label_id), label=labels[int(label_id)])
        for index, label_id in enumerate(detections.label_ids)
    )


def fit(
    annotations: Sequence[Annotation], reasons: Sequence[Reason], *, room: int
) -> tuple[tuple[Annotation, ...], tuple[Reason, ...]]:
    """Leave out the last annotations, the weakest, until all take ``room`` bytes at most; reasons point at the rest."""
    kept = 0
    for annotation in annotations:
        room -= len(dump_json(annotation)) + 1
        if room < 0:
            break
        kept += 1
    if kept == len(annotations):
        return tuple(annotations), tuple(reasons)
    pointed = (tuple(index for index in reason.objects if index < kept) for reason in reasons)
    return tuple(annotations[:kept]), tuple(
        reason.model_copy(update={"objects": objects}) for reason, objects in zip(reasons, pointed, strict=True)
    )


def _box(detections: Detections, index: int, *, label_id: int, label: str) -> Box:
    left, top, right, bottom = (round(float(side), PIXEL_DIGITS) for side in detections.boxes[index])
    return Box(
        label_id=label_id,
        label=label,
        score=round(float(detections.scores[index]), SCORE_DIGITS),
        suggested=not bool(detections.reported[index]),
        x=left,
        y=top,
        width=round(max(0.0, right - left), PIXEL_DIGITS),
        height=round(max(0.0, bottom - top), PIXEL_DIGITS),
    )
