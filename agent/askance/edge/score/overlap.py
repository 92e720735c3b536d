"""Two objects of different classes on one place: at most one of them is there."""

from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.score.candidates import and_more, chosen
from askance.edge.score.lore import Lore
from askance.edge.score.overlaps import overlaps
from askance.edge.shapes import Region, Scope, Whole
from askance.edge.values import Measure, Signal
from askance.edge.view import View

MOST_OBJECTS: Final = 64

APART: Final = 0.5
"""Boxes that overlap by less may be two things, as a rider and a horse are."""

TOGETHER: Final = 0.9
"""Of boxes that overlap by more, one was wrong in nine pairs of ten (three detectors, coco128)."""

_TINY: Final = np.finfo(np.float32).tiny


def overlap(view: View, wish: Measure, /, *, lore: Lore) -> Signal:
    """Measure how likely a reported object is wrong because one of another class is reported on its place.

    A pair of boxes with the overlap ``IoU`` counts ``(IoU - a) / (t - a)``, from 0 at ``a``, ``APART``, to 1 at ``t``,
    ``TOGETHER``. The frame's value is the probability that at least one pair is an error, were they independent. What
    another model says of the place, a class of the whole image and what only fills it (sky, road) are no rivals.

    Args:
        view: the frame.
        wish: label ids; one of the two classes has to be among them.
        lore: label names.
    """
    found = view.detections
    pairs, shared = _contested(found, np.flatnonzero(_things(found)), mine=chosen(found, wish))
    if not len(pairs):
        return Signal("overlap", 0.0, (), "no two classes on one place")
    doubts = np.minimum((shared - APART) / (TOGETHER - APART), 1.0)
    objects = tuple(dict.fromkeys(pairs.ravel().tolist()))[:MOST_OBJECTS]
    one, other = (lore.names[int(found.label_ids[index])] for index in objects[:2])
    text = f"{one} and {other} on one place: their boxes overlap by {shared[0]:.2f}"
    return Signal("overlap", 1.0 - prod((1.0 - doubts).tolist()), objects, text + and_more(len(pairs) - 1))


def _things(found: Detections) -> NDArray[np.bool_]:
    """Return, shape (n,), which candidates are reported and have a place of their own."""
    if found.shapes is None:
        return found.reported
    own = [
        not (isinstance(shape, Whole) or (isinstance(shape, Region) and shape.scope in {Scope.SEMANTIC, Scope.STUFF}))
        for shape in found.shapes
    ]
    return found.reported & np.array(own, np.bool_)  # of an empty list NumPy would make numbers


def _contested(
    found: Detections, rows: NDArray[np.intp], *, mine: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the pairs of ``rows`` that contradict each other, shape (m, 2), and their IoU, (m,), greatest first."""
    boxes = found.boxes[rows]
    one, other, common = overlaps(boxes)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    shared = (common / np.maximum(areas[one] + areas[other] - common, _TINY)).astype(np.float64)
    pairs = np.stack([rows[np.minimum(one, other)], rows[np.maximum(one, other)]], axis=1)
    labels, counts = found.label_ids[pairs], mine[pairs]
    rivals = (shared > APART) & (labels[:, 0] != labels[:, 1]) & counts.any(axis=1)
    if found.models is not None:
        rivals &= np.array([found.models[first] == found.models[second] for first, second in pairs.tolist()], np.bool_)
    pairs, shared = pairs[rivals], shared[rivals]
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -shared))
    return pairs[order], shared[order]
