"""The wall in the lower half of the staged scene, which never changes: where it does, a picture is torn."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Image
from support_rtsp import age_ms

OLDEST_MS: Final = 2000
"""A picture that was drawn longer ago is none of now: a second that the source allows, and the encoder's way."""

_CELLS: Final = (20, 8)
_UNLIKE: Final = 16.0  # mean grey levels in one cell; encoding and another size change less


class Wall:
    """Remembers the wall as it was on the first picture."""

    def __init__(self) -> None:
        self._first: NDArray[np.float32] | None = None

    def torn(self, image: Image) -> float:
        """Return by how much the most changed part of the wall has changed, as a share of what is allowed."""
        lower = image[image.shape[0] // 2 :].astype(np.float32)
        if self._first is None or self._first.shape != lower.shape:
            self._first = lower
        change = cv2.resize(np.abs(lower - self._first).mean(axis=2), _CELLS, interpolation=cv2.INTER_AREA)
        return float(change.max()) / _UNLIKE

    def sound(self, image: Image, at_ns: int, *, oldest_ms: int = OLDEST_MS) -> bool:
        """Whether a picture is whole, and of a moment of the monotonic clock."""
        return abs(age_ms(image, at_ns)) <= oldest_ms and self.torn(image) <= 1.0
