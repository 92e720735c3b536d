"""How much boxes overlap."""

from typing import Final

import numpy as np

from askance.edge.values import Floats

SAME: Final = 0.5
"""Two boxes of a frame whose intersection over union is greater are of one thing, whatever they are taken for."""


def ious(one: Floats, other: Floats) -> Floats:
    """Return the IoU of each box, (n, 4), with each other box, (m, 4), as (n, m), float32; both have an area."""
    low, high = np.ascontiguousarray(one.T).reshape(2, 2, -1, 1)
    other_low, other_high = np.ascontiguousarray(other.T).reshape(2, 2, 1, -1)
    across, down = np.maximum(np.minimum(high, other_high) - np.maximum(low, other_low), 0.0)
    shared = across * down
    (width, height), (other_width, other_height) = high - low, other_high - other_low
    areas = width * height + other_width * other_height
    return np.asarray(shared / (areas - shared), np.float32)
