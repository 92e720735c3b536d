"""Further looks for tests: candidates that another look at a frame has, without a detector."""

import numpy as np

from askance.edge.detections import Detections
from askance.edge.view import Again, Part, View, alone
from support_scenes import SIZE
from support_tracks import Seen


def seen(*objects: Seen) -> Detections:
    """Candidates best first, as a detector lists them."""
    order = sorted(objects, key=lambda each: -each.score)
    scores = np.array([each.score for each in order], np.float32)
    return Detections(
        boxes=np.array([each.box for each in order], np.float32).reshape(-1, 4),
        scores=scores,
        label_ids=np.array([each.label for each in order], np.int32),
        class_scores=None,
        reported=scores >= 0.5,
    )


def look(
    name: str,
    *objects: Seen,
    labels: frozenset[int] | None = None,
    signal: str = "second_look",
    parts: tuple[Part, ...] = (),
) -> Again:
    """A further look that sees some objects."""
    return Again(name, seen(*objects), labels, signal, parts)


def looked(first: Detections, *again: Again) -> View:
    """A still picture that was looked at again."""
    still = alone(first, size=SIZE)
    return View(still.now, still.size, again=again)
