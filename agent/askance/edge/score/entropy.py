"""How undecided the detector is about the whole scene: the binary entropies of its candidates."""

from math import fsum

from askance.edge.binary_entropy import TOP
from askance.edge.score.candidates import most_undecided
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View


def entropy(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure the mean binary entropy of the twenty most undecided candidates, absent ones counting 0.

    A candidate of score ``p`` counts ``H(p) = -p log2 p - (1 - p) log2 (1 - p)`` bits: 1 at 0.5, 0.29 at 0.05. The
    frame's value is the sum of the ``TOP`` greatest, divided by ``TOP``; it ranks frames as the plain sum does (the
    sum aggregation of Brust, Käding and Denzler, Active Learning for Deep Object Detection, 2019) and one more
    candidate never lowers it.

    Args:
        view: the frame.
        wish: label ids.
        lore: label names.
    """
    detections = view.detections
    rows = most_undecided(detections, wish, most=TOP)
    if not len(rows):
        return Signal("entropy", 0.0, (), "nothing to be undecided about")
    total = fsum(detections.bits[rows].tolist())  # exactly rounded: one more candidate never lowers it
    objects = tuple(rows.tolist())
    first = objects[0]
    name = lore.names[int(detections.label_ids[first])]
    what = "1 candidate holds" if len(objects) == 1 else f"{len(objects)} candidates hold"
    text = f"{what} {total:.1f} bits of doubt, most of it {name} at {detections.scores[first]:.2f}"
    return Signal("entropy", min(1.0, total / TOP), objects, text)
