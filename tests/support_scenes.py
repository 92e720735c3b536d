"""Scenes for tests of scores and rules: detections without a detector."""

from collections.abc import Sequence

import numpy as np

from askance.edge.detections import Detections
from askance.edge.rules.scenes import Looks
from askance.edge.score import Lore
from askance.edge.score.error_model import ErrorModel
from askance.edge.score.statistics import NAMES as STATISTICS
from askance.edge.values import Quality
from askance.edge.view import View, alone

PERSON, BICYCLE, CAR = 1, 2, 3
NAMES = {PERSON: "person", BICYCLE: "bicycle", CAR: "car"}
SHARP = Quality(sharpness=0.6, brightness=0.5, motion=0.1, dhash="0123456789abcdef")


LORE = Lore(NAMES)
_NOUGHTS = (0.0,) * len(STATISTICS)
ERRORS = ErrorModel(STATISTICS, _NOUGHTS, (1.0,) * len(STATISTICS), _NOUGHTS, 0.0, "ab" * 32, 0.5, 0.05, "made data")
"""One error is expected in every frame."""
SIZE = (640, 480)
NOTHING = Looks(0, np.zeros(0, np.int32), np.zeros((0, 2), np.float32))


def still(detections: Detections) -> View:
    """View of a picture that nothing comes before or after."""
    return alone(detections, size=SIZE)


def scene(
    *objects: tuple[int, float], class_scores: Sequence[Sequence[float]] | None = None, report: float = 0.5
) -> Detections:
    """Detections of (label id, score), one below the other."""
    scores = np.array([score for _, score in objects], dtype=np.float32)
    table = None if class_scores is None else np.array(class_scores, dtype=np.float32)
    return Detections(
        boxes=np.tile(np.array([[0, 0, 10, 10]], dtype=np.float32), (len(objects), 1)),
        scores=scores,
        label_ids=np.array([label for label, _ in objects], dtype=np.int32),
        class_scores=table,
        reported=scores >= report,
    )
