"""How undecided a yes-or-no question is: 1 bit at a probability of a half, 0 where it is answered."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

TOP: Final = 20
"""So many candidates of a frame, the most undecided ones, speak for it where not all of them do."""

_TINY: Final = np.finfo(np.float64).tiny


def binary_entropy(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the entropy in bits, shape (n,), of yes-or-no questions answered with probability ``scores``."""
    p = np.minimum(np.maximum(scores.astype(np.float64, copy=False), 0.0), 1.0)
    q = 1.0 - p
    # 0 log 0 is 0: the bound inside the logarithm changes nothing else
    return 0.0 - p * np.log2(np.maximum(p, _TINY)) - q * np.log2(np.maximum(q, _TINY))
