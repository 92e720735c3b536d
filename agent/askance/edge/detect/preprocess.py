"""A frame of any size becomes the one tensor that the model takes, without new memory for each frame."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.package import ModelInput
from askance.edge.values import Floats, Image

Factor: TypeAlias = Floats | np.float32


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a frame lies in the input: input pixel = frame pixel * scale + shift, for x and y.

    Attributes:
        width: the frame's, pixels.
        height: the frame's, pixels.
        scale: of x and y.
        shift: of x and y, pixels of the input.
        rows: first and last + 1 row of the input that the frame covers.
        columns: the same for columns.
    """

    width: int
    height: int
    scale: tuple[float, float]
    shift: tuple[int, int]
    rows: tuple[int, int]
    columns: tuple[int, int]

    def to_frame(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry boxes from the input to the frame and clip them to it.

        Args:
            boxes: (n, 4): left, top, right, bottom in pixels of the input.

        Returns:
            (n, 4): the same in pixels of the frame.
        """
        moved = (boxes - np.tile(self.shift, 2)) / np.tile(self.scale, 2)
        clipped: NDArray[np.float64] = np.clip(moved, 0.0, (self.width, self.height, self.width, self.height))
        return clipped


def fit(wanted: ModelInput, *, width: int, height: int) -> Fit:
    """Work out where a frame of ``width`` x ``height`` pixels lies in the input."""
    if wanted.resize == "stretch":
        new_width, new_height = wanted.width, wanted.height
    else:
        ratio = min(wanted.width / width, wanted.height / height)
        new_width, new_height = max(1, round(width * ratio)), max(1, round(height * ratio))
    free = (wanted.width - new_width, wanted.height - new_height)
    left, top = (free[0] // 2, free[1] // 2) if wanted.place == "centre" else (0, 0)
    return Fit(
        width,
        height,
        scale=(new_width / width, new_height / height),
        shift=(left, top),
        rows=(top, top + new_height),
        columns=(left, left + new_width),
    )


class Preprocessor:
    """Resizes, orders and scales frames into one tensor that is used again for each frame.

    Args:
        wanted: the card's input.
    """

    def __init__(self, wanted: ModelInput) -> None:
        self._wanted = wanted
        self._tensor = np.empty(wanted.shape, np.dtype(wanted.dtype))
        self._canvas = np.empty((wanted.height, wanted.width, 3), np.uint8)
        # A whole row of factors, not three: the inner loop then runs over the row and is ten times as fast.
        gain = wanted.scale / np.array(wanted.std)
        offset = -np.array(wanted.mean) / np.array(wanted.std)
        self._gain = np.tile(gain, (wanted.width, 1)).astype(np.float32)
        self._offset = np.tile(offset, (wanted.width, 1)).astype(np.float32)
        self._fit: Fit | None = None

    def __call__(self, image: Image) -> tuple[NDArray[np.generic], Fit]:
        """Prepare a frame.

        Args:
            image: (height, width, 3), uint8, BGR.

        Returns:
            The tensor of the card's shape, valid until the next call, and where the frame lies in it.
        """
        height, width = image.shape[:2]
        if self._fit is None or (self._fit.width, self._fit.height) != (width, height):
            self._fit = fit(self._wanted, width=width, height=height)
            self._canvas[:] = self._wanted.pad
            self._write(slice(None), slice(None))
        rows, columns = slice(*self._fit.rows), slice(*self._fit.columns)
        part = self._canvas[rows, columns]
        # Linear, as the models were trained; the area filter costs ten times as much.
        cv2.resize(image, (part.shape[1], part.shape[0]), dst=part, interpolation=cv2.INTER_LINEAR)
        if self._wanted.colour == "rgb":
            cv2.cvtColor(part, cv2.COLOR_BGR2RGB, dst=part)
        self._write(rows, columns)
        return self._tensor, self._fit

    def _write(self, rows: slice, columns: slice) -> None:
        """Carry a part of the canvas to the tensor; the borders of a letterbox are carried once per frame size."""
        pixels = self._canvas[rows, columns]
        if self._wanted.layout == "nhwc":
            self._scale(pixels, self._tensor[0, rows, columns], gain=self._gain[columns], offset=self._offset[columns])
            return
        for channel, plane in enumerate(cv2.split(pixels)):
            gain, offset = self._gain[0, channel], self._offset[0, channel]
            self._scale(plane, self._tensor[0, channel, rows, columns], gain=gain, offset=offset)

    def _scale(self, pixels: NDArray[Any], out: NDArray[Any], *, gain: Factor, offset: Factor) -> None:
        if self._wanted.dtype != "float32":
            out[:] = pixels
            return
        np.multiply(pixels, gain, out=out)
        np.add(out, offset, out=out)
