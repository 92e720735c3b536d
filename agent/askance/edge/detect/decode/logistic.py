"""From logits to scores and back."""

import math

import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Floats


def sigmoid(logits: Floats | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the score of each logit; one too far out for the exponential is 0."""
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))


def logit(score: float) -> float:
    """Return the logit of a score in [0, 1]; infinite at its ends."""
    return math.log(score / (1.0 - score)) if 0.0 < score < 1.0 else math.copysign(math.inf, score - 0.5)
