"""Objects that two classes claim at once: the detector sees something and cannot say what."""

from typing import Final

import numpy as np

from askance.edge.score.candidates import and_more, chosen, most_doubtful
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
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
    # what a model does not know is no rival: of a score and NaN, `fmax` takes the score
    second, best = np.partition(np.fmax(table, 0.0), -2, axis=1)[:, -2:].astype(np.float64).T
    doubts = np.where(chosen(detections, wish), best * (1.0 - (best - second)), 0.0)
    if not doubts.any():
        return Signal("margin", 0.0, (), "no object that a second class claims")
    value = float(doubts.max())
    objects = most_doubtful(np.where(doubts >= value / 2, doubts, 0.0), most=MOST_OBJECTS)
    first = objects[0]
    name = lore.names[int(detections.label_ids[first])]
    text = f"{name}: two classes within {best[first] - second[first]:.2f}, {best[first]:.2f} and {second[first]:.2f}"
    return Signal("margin", value, objects, text + and_more(len(objects) - 1))
