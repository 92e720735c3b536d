"""The picture that annotations are drawn on: how frame pixels become pixels of the stored image."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.codecs.pixels import nearest
from askance.codecs.polygons import Ring, outline
from askance.edge.shapes import Region
from askance.edge.values import Floats
from askance.wire.annotations import MAX_RING_NUMBERS, MAX_RINGS

PIXEL_DIGITS: Final = 2
TOLERANCE: Final = 0.75  # pixels: a disc of 80 keeps 64 corners of 556, and overlaps with itself by 0.996
_FAR: Final = 1e6  # the wire's greatest coordinate


@dataclass(frozen=True, slots=True)
class Canvas:
    """The stored image.

    Attributes:
        width: pixels.
        height: pixels.
        scale: pixels of the stored image in one of the frame, across and down; a frame may be the smaller stream.
    """

    width: int
    height: int
    scale: tuple[float, float] = (1.0, 1.0)

    def rectangle(self, box: Floats) -> dict[str, float]:
        """Return x, y, width and height of (left, top, right, bottom) in frame pixels, cut to the image."""
        left, top, right, bottom = np.clip(
            np.asarray(box, np.float64).reshape(2, 2) * self.scale, 0, (self.width, self.height)
        ).ravel()
        x, y = number(left), number(top)
        return {"x": x, "y": y, "width": number(max(0.0, right - x)), "height": number(max(0.0, bottom - y))}

    def points(self, points: NDArray[np.float64]) -> list[list[float]]:
        """Return points of shape (n, 2) in pixels of the image; they may lie outside it."""
        moved = np.clip(np.nan_to_num(points, posinf=_FAR, neginf=-_FAR) * self.scale, -_FAR, _FAR)
        rounded: list[list[float]] = np.round(moved, PIXEL_DIGITS).tolist()
        return rounded

    def mask(self, region: Region, *, step: int = 1) -> NDArray[np.bool_]:
        """Return a region's mask over the whole image, each ``step`` pixels in one; centres decide."""
        rows, columns = region.inside.shape
        whole = np.zeros((-(-self.height // step), -(-self.width // step)), np.bool_)
        down = self._sources(whole.shape[0], axis=1) - region.top
        across = self._sources(whole.shape[1], axis=0) - region.left
        to_rows, to_columns = (np.flatnonzero((at >= 0) & (at < n)) for at, n in ((down, rows), (across, columns)))
        whole[np.ix_(to_rows, to_columns)] = region.inside[np.ix_(down[to_rows], across[to_columns])]
        return whole

    def _sources(self, count: int, *, axis: int) -> NDArray[np.int64]:
        """Return the frame's column (axis 0) or row under the centre of each of ``count`` cells over the image."""
        side = (self.width, self.height)[axis]
        return nearest(count, max(1, round(side / self.scale[axis])))


def tight(mask: NDArray[np.bool_], *, tolerance: float = TOLERANCE) -> list[Ring]:
    """Return outlines of a mask with as many corners as the wire takes; the smallest of too many pieces stay out."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return []
    part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    rings = outline(part, tolerance=tolerance)
    while any(2 * len(ring) > MAX_RING_NUMBERS for ring in rings[:MAX_RINGS]):
        tolerance *= 2
        rings = outline(part, tolerance=tolerance)
    return [ring + np.array([columns[0], rows[0]]) for ring in rings[:MAX_RINGS]]


def flat(rings: list[Ring]) -> list[list[float]]:
    """Write rings as the wire does: x, y, x, y, ..."""
    return [np.round(ring, PIXEL_DIGITS).ravel().tolist() for ring in rings]


def number(value: float) -> float:
    """Round a length in pixels to what is worth its bytes."""
    return round(float(value), PIXEL_DIGITS)
