"""Objects of a class that the fleet has hardly any labels of: each one is worth more than another car."""

from math import log1p
from typing import Final

import numpy as np

from askance.edge.score.candidates import and_more, chosen, worst
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64


def rare_class(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure how rare the class of a candidate is among the fleet's labels; None where their counts are not known.

    A class that was labelled ``n`` times is rare by ``r = 1 - log(1 + n) / log(1 + N)``, where ``N`` is the count of
    the commonest class: 1 for one that nobody has labelled yet, 0 for the commonest. A candidate of score ``p`` counts
    ``p * r``, because a rare class at 0.05 is mostly background. The frame's value is the greatest: rarity is not
    summed, else a crowd of middling classes would outweigh the one that is wanted.

    Args:
        view: the frame.
        wish: label ids.
        lore: label names, and the counts of labels, where what is not listed was never labelled.
    """
    if lore.counts is None:
        return None
    found = view.detections
    rarities = _rarities(lore, frozenset(found.label_ids.tolist()))
    rare = np.array([rarities[label] for label in found.label_ids.tolist()], np.float64)
    worth = np.where(chosen(found, wish), np.clip(found.scores.astype(np.float64), 0.0, 1.0) * rare, 0.0)
    value, objects = worst(worth, most=MOST_OBJECTS)
    if not objects:
        return Signal("rare_class", 0.0, (), "no class that is rare")
    first = objects[0]
    label = int(found.label_ids[first])
    text = f"{lore.names[label]} at {found.scores[first]:.2f}, labelled {lore.counts.get(label, 0)} times so far"
    return Signal("rare_class", value, objects, text + and_more(len(objects) - 1))


def _rarities(lore: Lore, labels: frozenset[int]) -> dict[int, float]:
    counts = lore.counts or {}
    most = log1p(max(counts.values(), default=0))
    # where nothing at all is labelled no class is rarer than another
    return {label: 1.0 - log1p(counts.get(label, 0)) / most if most else 0.0 for label in labels}
