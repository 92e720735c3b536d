"""Which boxes of a frame have area in common: pairs, of which there are few, instead of a table of all."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Floats

Indices = NDArray[np.intp]


class Pairs(NamedTuple):
    """Pairs of boxes, each pair once and in no particular order.

    Attributes:
        one: (m,): a box of each pair, as its row.
        other: (m,): the other box.
        common: (m,), float32: the area that both cover.
    """

    one: Indices
    other: Indices
    common: Floats


def overlaps(boxes: Floats) -> Pairs:
    """Find the pairs by a sweep from left to right: a box can only meet those that begin before it ends.

    Args:
        boxes: (n, 4), float32: left, top, right, bottom; right is not left of left, bottom not above top.
    """
    order = boxes[:, 0].argsort(kind="stable")
    left, top, right, bottom = boxes.T.take(order, axis=1)
    after = np.arange(1, len(order) + 1)
    ends = np.maximum(left.searchsorted(right), after)  # the first box that begins too far right for each one
    met = ends - after
    one = np.arange(len(order)).repeat(met)
    other = np.arange(len(one)) + (ends - met.cumsum())[one]
    down = np.minimum(bottom[one], bottom[other]) - np.maximum(top[one], top[other])
    both = (down > 0.0).nonzero()[0]
    one, other = one[both], other[both]
    common = (np.minimum(right[one], right[other]) - left[other]) * down[both]
    return Pairs(order[one], order[other], common)
