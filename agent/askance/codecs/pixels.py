"""Which pixels of its image an annotation covers."""

import numpy as np
from numpy.typing import NDArray

from askance.codecs.polygons import fill
from askance.codecs.rle import decode
from askance.wire.annotations import Pixels, Polygon


def covered(annotation: Pixels | Polygon, *, width: int, height: int) -> NDArray[np.bool_]:
    """Return a mask of the image's shape, (height, width).

    Raises:
        ValueError: a mask of another image; whoever received the annotation has checked it with its ``fault``.
    """
    if isinstance(annotation, Polygon):
        rings = [np.array(ring, np.float64).reshape(-1, 2) for ring in annotation.rings]
        return fill(rings, width=width, height=height)
    columns, rows = annotation.grid or (width, height)
    mask = decode(annotation.counts, width=columns, height=rows)
    return mask if (columns, rows) == (width, height) else resample(mask, width=width, height=height)


def resample(mask: NDArray[np.bool_], *, width: int, height: int) -> NDArray[np.bool_]:
    """Stretch or shrink a mask to the shape (height, width): each pixel takes the one that its centre lies in."""
    rows, columns = mask.shape
    chosen = (nearest(height, rows), nearest(width, columns))
    return mask[np.ix_(*chosen)]


def nearest(count: int, of: int) -> NDArray[np.int64]:
    """Return, for each of ``count`` cells over a side, which of ``of`` cells over the same side its centre lies in."""
    return ((2 * np.arange(count) + 1) * of) // (2 * count)
