"""How the picture moved as a whole between two frames, because the camera did: panned, shook, or was knocked."""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

SURE: Final = 0.3
"""Least response of a phase correlation that is believed: the share of its energy that lies at the peak."""

LEAST: Final = 0.5
"""Pixels of the tile by which a picture has to move for the camera to count as moved."""

LIKE: Final = 0.35
"""Least correlation of two unmoved pictures of one scene; 95 % of pairs of unrelated photos (coco128) have less."""

_GRID: Final = (8, 6)


def _identity() -> NDArray[np.float64]:
    return np.eye(2, 3)


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """How pixels of the last frame lie in this one.

    Attributes:
        affine: (2, 3), float64: ``affine @ (x, y, 1)`` is where the point (x, y) of the last frame lies now.
    """

    affine: NDArray[np.float64] = field(default_factory=_identity)

    def __post_init__(self) -> None:
        if self.affine.shape != (2, 3):
            raise ValueError(f"expected an affine of shape (2, 3), got {self.affine.shape}")


STILL: Final = CameraMotion()
"""Nothing moved."""


def shifted(right: float, down: float) -> CameraMotion:
    """Return the motion of a picture that moved by so many pixels."""
    return CameraMotion(np.array([[1.0, 0.0, right], [0.0, 1.0, down]]))


def estimate(before: Grey, now: Grey, *, size: tuple[int, int]) -> CameraMotion | None:
    """Estimate how far a picture moved, by phase correlation (Kuglin and Hines 1975): no rotation and no zoom.

    Where the correlation has no clear peak, or the moved picture fits no better than the unmoved one in most places, as
    where a large object moves before a still background, nothing is said to have moved, if there is a likeness at all.

    Args:
        before: (rows, columns), uint8: the last frame, made small.
        now: the same of this frame.
        size: width and height of the frames, pixels.

    Returns:
        The motion in pixels of the frames; None: they show nothing in common, as where a film was cut.
    """
    rows, columns = now.shape
    window = _window(columns, rows)
    (right, down), response = cv2.phaseCorrelate(before.astype(np.float32), now.astype(np.float32), window)
    if response < SURE or max(abs(right), abs(down)) < LEAST or not _fits(before, now, by=(round(right), round(down))):
        return STILL if _likeness(before, now) >= LIKE else None
    return shifted(right * size[0] / columns, down * size[1] / rows)


@cache
def _window(columns: int, rows: int) -> NDArray[np.float32]:
    """Return what fades a picture out towards its borders, which would correlate with themselves."""
    return np.asarray(cv2.createHanningWindow((columns, rows), cv2.CV_32F), np.float32)


def _likeness(before: Grey, now: Grey) -> float:
    """Return the correlation of two pictures' grey levels, from -1 to 1; 1 where one of them has a single level."""
    one, other = (tile.ravel() - np.float32(tile.mean()) for tile in (before, now))
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / spread if spread > 0.0 else 1.0


def _fits(before: Grey, now: Grey, *, by: tuple[int, int]) -> bool:
    """Return whether the first picture, moved, is more like the second than unmoved, in most places of a grid.

    Places that are alike either way, as plain ones are, have no vote.
    """
    affine = np.array([[1.0, 0.0, by[0]], [0.0, 1.0, by[1]]])
    size = (now.shape[1], now.shape[0])
    moved = cv2.warpAffine(before, affine, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    unlike, unlike_moved = (
        cv2.resize(cv2.absdiff(each, now), _GRID, interpolation=cv2.INTER_AREA).astype(np.int16)
        for each in (before, moved)
    )
    return int(np.sign(unlike - unlike_moved).sum()) > 0
