"""Objects whose score lies in a band around the report threshold: the detector could as well have said the reverse."""

from math import fsum
from typing import Final

import numpy as np

from askance.edge.score.candidates import and_more, chosen
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64


def near_threshold(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how many objects score inside the band, and how near to its middle.

    An object of score ``s`` counts ``d = max(0, 1 - |s - m| / h)`` with the band's middle ``m`` and half width ``h``:
    1 in the middle, 0 at the bounds and outside. The frame's value is ``sum(d) / (1 + sum(d))``: one object in the
    middle gives 0.5, three give 0.75. It grows with every object, never reaches 1, and so ranks frames by a soft count.
    Where the detector has been calibrated, ``s`` is the calibrated score: the probability of being a true object.

    Args:
        view: the frame.
        wish: label ids, and the band from ``low`` to ``high``.
        lore: label names, and the calibration.

    Raises:
        ValueError: the wish has no band.
    """
    if wish.low is None or wish.high is None or wish.low >= wish.high:
        raise ValueError(f"expected a band with low < high, got {wish.low} to {wish.high}")
    middle, half = (wish.low + wish.high) / 2, (wish.high - wish.low) / 2
    detections, calibration = view.detections, lore.calibration
    raw = detections.exact_scores
    scores = raw if calibration is None else calibration.probabilities(detections)
    doubts = 1.0 - np.abs(scores - middle) / half
    rows = (chosen(detections, wish) & (doubts > 0.0)).nonzero()[0]
    band = f"{wish.low:.2f} to {wish.high:.2f}"
    if not len(rows):
        return Signal("near_threshold", 0.0, (), f"nothing scored inside {band}")
    inside = doubts[rows]
    total = fsum(inside.tolist())  # exactly rounded: neither the order nor one more object can lower it
    objects = tuple(rows[(-inside).argsort(kind="stable")[:MOST_OBJECTS]].tolist())
    first = objects[0]
    name = lore.names[int(detections.label_ids[first])]
    known = calibration is not None and (detections.models is None or detections.models[first] is None)
    worth = f", calibrated {scores[first]:.2f}" if known else " (uncalibrated)"
    text = f"{name} scored {raw[first]:.2f}{worth}, inside {band}"
    return Signal("near_threshold", total / (1.0 + total), objects, text + and_more(len(objects) - 1))
