"""Objects that two classes claim at once: the detector sees something and cannot say what."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.score.candidates import and_more, chosen, worst
from askance.edge.score.lore import Lore
from askance.edge.values import Floats, Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64


def margin(view: View, wish: Measure, *, lore: Lore) -> Signal | None:
    """Measure the closest race between the best and the second class; None where the detector has no class scores.

    With the best score ``p1`` and the second ``p2`` at a candidate, its doubt is ``p1 * (1 - (p1 - p2))``: the
    1-vs-2 margin of Brust, Käding and Denzler (Active Learning for Deep Object Detection, 2019), weighted by ``p1``
    because two classes at 0.05 are noise. The frame's value is the greatest doubt: a sum would let many weak
    candidates outweigh one plain mix-up.

    Args:
        view: the frame.
        wish: label ids.
        lore: label names.
    """
    detections = view.detections
    table = detections.class_scores
    if table is None or table.shape[1] < 2:  # noqa: PLR2004 (a race takes two)
        return None
    best, second = _two_best(table)
    doubts = chosen(detections, wish) * (best * (1.0 - (best - second)))
    value, objects = worst(doubts, most=MOST_OBJECTS)
    if not objects:
        return Signal("margin", 0.0, (), "no object that a second class claims")
    first = objects[0]
    name = lore.names[int(detections.label_ids[first])]
    text = f"{name}: two classes within {best[first] - second[first]:.2f}, {best[first]:.2f} and {second[first]:.2f}"
    return Signal("margin", value, objects, text + and_more(len(objects) - 1))


def _two_best(table: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best and the second score of each row, shape (n,); `argmax` twice is faster than a partition."""
    scores = np.fmax(table, 0.0)  # of a score and NaN, `fmax` takes the score
    flat, begins = scores.ravel(), np.arange(0, scores.size, scores.shape[1])
    first = begins + scores.argmax(axis=1)
    best = flat[first]
    flat[first] = 0.0
    second = flat[begins + scores.argmax(axis=1)]
    return best.astype(np.float64), second.astype(np.float64)
