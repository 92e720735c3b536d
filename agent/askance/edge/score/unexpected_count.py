"""More or fewer objects than the camera usually shows at this hour: the scene is strange, or the detector fails."""

from collections import Counter
from typing import Final

import numpy as np

from askance.edge.expectation import Spread
from askance.edge.score.cases import wanted
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64

RESTLESS: Final = 0.25
"""Least variance: a detector that misses or doubles an object in every fourth frame or so is not unusual."""

_NEVER: Final = Spread(0.0, 0.0)


def unexpected_count(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure how unusual the most unusual number of reported objects is; None before that is known.

    With the usual mean ``m`` and variance ``v`` of a label, its count ``x`` has ``u = (x - m)^2 / (v + RESTLESS)`` and
    the value ``u / (1 + u)``: a half at one standard deviation, 0.9 at three. By Cantelli's inequality at most
    ``1 / (1 + u)`` of the frames lie as far off on that side, whatever the distribution. The frame's value is that of
    the most unusual label; there nothing is summed, because the counts of a scene depend on each other.

    Args:
        view: the frame, with what is usual.
        wish: label ids.
        lore: label names.
    """
    usual, found = view.usual, view.detections
    if usual is None:
        return None
    counts = Counter[int](found.label_ids[found.reported].tolist())
    unusual = {
        label: (counts[label] - spread.mean) ** 2 / (spread.variance + RESTLESS)
        for label in usual.keys() | counts.keys()
        if label in lore.names and wanted(wish, label)  # a label map may have lost what was learnt under another
        for spread in (usual.get(label, _NEVER),)
    }
    worst = min(unusual, key=lambda label: (-unusual[label], label), default=None)
    if worst is None or not unusual[worst]:
        return Signal("unexpected_count", 0.0, (), "as many objects as usual")
    rows = np.flatnonzero(found.reported & (found.label_ids == worst))[:MOST_OBJECTS]
    mean, variance = usual.get(worst, _NEVER)
    text = f"{counts[worst]} of {lore.names[worst]}, usually {mean:.1f} ± {variance**0.5:.1f} at this hour"
    value = unusual[worst] / (1.0 + unusual[worst])
    return Signal("unexpected_count", value, tuple(rows.tolist()), text)
