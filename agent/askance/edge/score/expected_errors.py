"""How many errors the detector is expected to make in a frame, by a regression fitted on labelled photos."""

from typing import Final

import numpy as np

from askance.edge.binary_entropy import TOP
from askance.edge.detections import Detections
from askance.edge.score.candidates import chosen, most_undecided
from askance.edge.score.error_model import ErrorModel
from askance.edge.score.lore import Lore
from askance.edge.score.places import places
from askance.edge.score.statistics import SMALL
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

    A frame that has been looked at again has the statistics of what all looks together see (``Places.fused``), and a
    regression of its own, where one was fitted after these looks.

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
    model, seen = known(view, model)
    expected = model.expected(model.describe(_only(seen, wish), size=view.size))
    objects = tuple(most_undecided(detections, wish, most=TOP).tolist())
    low, scores = _LOW * model.report, detections.scores
    between = (mine & (scores >= low) & (scores < model.report)).nonzero()[0]
    few = np.count_nonzero(detections.areas.take(between) < SMALL**2 * view.size[0] * view.size[1])
    what = "1 candidate" if len(between) == 1 else f"{len(between)} candidates"
    after = f" after another look ({', '.join(model.looks)})" if model.looks else ""
    band = f"between {low:.2g} and {model.report:.2g}"
    text = f"{expected:.1f} errors expected{after}: {what} {band}, {few} of them small"
    return Signal("expected_errors", expected / (HALF + expected), objects, text)


def known(view: View, model: ErrorModel) -> tuple[ErrorModel, Detections]:
    """Return the error model that knows most of a frame, and what it judges by.

    Args:
        view: the frame.
        model: that of the first look; the one after further looks needs all of those, others do no harm.
    """
    again = model.again
    if again is None:
        return model, view.detections
    looks = [look for look in view.again if look.name in again.looks]
    return (again, places(view, looks).fused()) if len(looks) == len(again.looks) else (model, view.detections)


def _only(detections: Detections, wish: Measure) -> Detections:
    if wish.label_ids is None:
        return detections
    mine = chosen(detections, wish)
    return Detections(
        boxes=detections.boxes[mine],
        scores=detections.scores[mine],
        label_ids=detections.label_ids[mine],
        class_scores=None,
        reported=detections.reported[mine],
    )
