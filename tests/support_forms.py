"""Scenes of objects that are more than a box: what they look like, in one frame or over time."""

from collections.abc import Sequence

import numpy as np

from askance.edge.detections import Detections
from askance.edge.shapes import Shape
from askance.edge.view import Moment, View
from support_scenes import CAR, SIZE
from support_tracks import TENTH_NS

Box = tuple[float, float, float, float]

BOX: Box = (100.0, 100.0, 200.0, 300.0)


def shaped(
    *shapes: Shape | None,
    label: int = CAR,
    scores: Sequence[float] | None = None,
    boxes: Sequence[Box] | None = None,
    models: tuple[str | None, ...] | None = None,
) -> Detections:
    """One candidate a shape, each at ``BOX`` and reported unless said otherwise."""
    given = np.array(scores or [0.9] * len(shapes), np.float32)
    return Detections(
        boxes=np.array(boxes or [BOX] * len(shapes), np.float32).reshape(-1, 4),
        scores=given,
        label_ids=np.full(len(shapes), label, np.int32),
        class_scores=None,
        reported=given >= 0.5,
        shapes=shapes,
        models=models,
    )


def course(
    *before: Shape | None,
    now: Shape | None,
    after: Sequence[Shape | None] = (),
    label: int = CAR,
    times: Sequence[int] | None = None,
) -> View:
    """One object of track 1 in frames a tenth of a second apart, or at ``times``, nanoseconds."""
    shapes = [*before, now, *after]
    moments = [
        Moment(shaped(shape, label=label), np.array([1], np.int32), at_ns, np.array([1 + number]))
        for number, (shape, at_ns) in enumerate(
            zip(shapes, times or [TENTH_NS * number for number in range(len(shapes))], strict=True)
        )
    ]
    at = len(before)
    return View(moments[at], SIZE, tuple(moments[:at]), tuple(moments[at + 1 :]))
