"""How many errors the detector is expected to make in a frame, by a regression fitted on labelled photos."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.score.candidates import chosen, most_doubtful
from askance.edge.score.entropy import TOP, binary_entropy
from askance.edge.score.lore import Lore
from askance.edge.score.statistics import SMALL, statistics
from askance.edge.values import Measure, Signal
from askance.edge.view import View

HALF: Final = 5.0
"""So many expected errors have the value 0.5."""

_LOW: Final = 0.4  # as a share of the report threshold: 0.2 of 0.5


def expected_errors(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure the expected false positives and false negatives; None where no error model belongs to the detector.

    With ``e`` expected errors (see ``ErrorModel``) the value is ``e / (HALF + e)``: it ranks frames as ``e`` does, is
    0.5 at five errors and never reaches 1. With labels, candidates of others are left out, as if the detector knew
    those labels alone; frames can then still be ranked, while the number was fitted for all labels together.

    Args:
        view: the frame.
        wish: label ids.
        lore: the error model.
    """
    model = lore.errors
    if model is None:
        return None
    detections = view.detections
    mine = chosen(detections, wish)
    expected = model.expected(statistics(_only(detections, mine), size=view.size, floor=model.floor))
    objects = most_doubtful(np.where(mine, binary_entropy(detections.scores), 0.0), most=TOP)
    low, scores = _LOW * model.report, detections.scores
    between = mine & (scores >= low) & (scores < model.report)
    few = int(_small(detections, size=view.size)[between].sum())
    what = "1 candidate" if between.sum() == 1 else f"{between.sum()} candidates"
    text = f"{expected:.1f} errors expected: {what} between {low:.2g} and {model.report:.2g}, {few} of them small"
    return Signal("expected_errors", expected / (HALF + expected), objects, text)


def _only(detections: Detections, mine: NDArray[np.bool_]) -> Detections:
    if mine.all():
        return detections
    return Detections(
        boxes=detections.boxes[mine],
        scores=detections.scores[mine],
        label_ids=detections.label_ids[mine],
        class_scores=None,
        reported=detections.reported[mine],
    )


def _small(detections: Detections, *, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return, shape (n,), which candidates are small, see ``statistics.SMALL``."""
    width, height = np.maximum(detections.boxes[:, 2:] - detections.boxes[:, :2], 0.0).T
    return np.asarray(width * height < SMALL**2 * size[0] * size[1], np.bool_)
