"""Where a frame lies in a model's input, and the way back from the input to the frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.package import ModelInput


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a frame lies in the input: input pixel = frame pixel * scale + shift, for x and y.

    Attributes:
        width: the frame's, pixels.
        height: the frame's, pixels.
        input_width: the input's, pixels.
        input_height: the input's, pixels.
        scale: of x and y.
        shift: of x and y, pixels of the input; negative where the input shows the middle of the frame alone.
        rows: first and last + 1 row of the input that the frame covers.
        columns: the same for columns.
    """

    width: int
    height: int
    input_width: int
    input_height: int
    scale: tuple[float, float]
    shift: tuple[float, float]
    rows: tuple[int, int]
    columns: tuple[int, int]

    def to_frame(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry points from the input to the frame; nothing is clipped.

        Args:
            points: (..., 2 k): x, y, x, y, ... in pixels of the input; boxes as left, top, right, bottom are such.

        Returns:
            The same in pixels of the frame.
        """
        pairs = points.reshape(*points.shape[:-1], points.shape[-1] // 2, 2)
        moved: NDArray[np.float64] = (pairs - self.shift) / self.scale
        return moved.reshape(points.shape)

    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the frame that the input shows."""
        covered = np.array([self.columns[0], self.rows[0], self.columns[1], self.rows[1]], np.float64)
        left, top, right, bottom = np.rint(self.to_frame(covered)).astype(int).tolist()
        return slice(top, bottom), slice(left, right)


def fit(wanted: ModelInput, *, width: int, height: int) -> Fit:
    """Work out where a frame of ``width`` x ``height`` pixels lies in the input.

    An input with a stride is only as large as the frame needs: each side is the next multiple of the stride, and never
    more than the card's.
    """
    if wanted.resize == "crop":
        return _crop(wanted, width=width, height=height)
    if wanted.resize == "stretch":
        new_width, new_height = wanted.width, wanted.height
    else:
        ratio = min(wanted.width / width, wanted.height / height)
        new_width, new_height = max(1, round(width * ratio)), max(1, round(height * ratio))
    input_width, input_height = wanted.width, wanted.height
    if wanted.stride is not None:
        input_width = min(input_width, -(-new_width // wanted.stride) * wanted.stride)
        input_height = min(input_height, -(-new_height // wanted.stride) * wanted.stride)
    free = (input_width - new_width, input_height - new_height)
    left, top = (free[0] // 2, free[1] // 2) if wanted.place == "centre" else (0, 0)
    return Fit(
        width,
        height,
        input_width,
        input_height,
        scale=(new_width / width, new_height / height),
        shift=(left, top),
        rows=(top, top + new_height),
        columns=(left, left + new_width),
    )


def _crop(wanted: ModelInput, *, width: int, height: int) -> Fit:
    """Take the largest part of the input's proportions out of the frame's middle, in whole pixels of the frame."""
    ratio = max(wanted.width / width, wanted.height / height)
    wide, tall = max(1, round(wanted.width / ratio)), max(1, round(wanted.height / ratio))
    scale = (wanted.width / wide, wanted.height / tall)
    return Fit(
        width,
        height,
        wanted.width,
        wanted.height,
        scale=scale,
        shift=(-((width - wide) // 2) * scale[0], -((height - tall) // 2) * scale[1]),
        rows=(0, wanted.height),
        columns=(0, wanted.width),
    )
