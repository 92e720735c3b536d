"""A frame of any size becomes the one tensor that the model takes, without new memory for each frame."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.fit import Fit, fit
from askance.edge.detect.package import ModelInput
from askance.edge.values import Floats, Image

_TENSORS: Final = 2  # one for the model that runs, one for the frame after


class Preprocessor:
    """Resizes, orders and scales frames into two tensors that are used in turn.

    Args:
        wanted: the card's input.
    """

    def __init__(self, wanted: ModelInput) -> None:
        self._wanted = wanted
        # Every grey level's value, rounded once: where a graph rounds pixels to eight bits again, a level that lies on
        # the edge between two steps would else fall to the other side.
        levels = (np.arange(256)[:, None] * wanted.scale - np.array(wanted.mean)) / np.array(wanted.std)
        self._table = levels.astype(np.float32)[None]
        self._tables = [np.ascontiguousarray(plane) for plane in np.moveaxis(self._table, 2, 0)]
        self._fit: Fit | None = None
        self._turn = 0
        self._canvas = np.empty((0, 0, 3), np.uint8)
        self._tensors: list[NDArray[Any]] = []

    def __call__(self, image: Image) -> tuple[NDArray[np.generic], Fit]:
        """Prepare a frame.

        Args:
            image: (height, width, 3), uint8, BGR.

        Returns:
            The tensor, valid until the call after the next, and where the frame lies in it.
        """
        height, width = image.shape[:2]
        if self._fit is None or (self._fit.width, self._fit.height) != (width, height):
            self._fit = self._lay_out(fit(self._wanted, width=width, height=height))
        self._turn = (self._turn + 1) % _TENSORS
        tensor = self._tensors[self._turn]
        rows, columns = slice(*self._fit.rows), slice(*self._fit.columns)
        part = self._canvas[rows, columns]
        # Linear, as the models were trained; the area filter costs ten times as much.
        cv2.resize(image[self._fit.window()], (part.shape[1], part.shape[0]), dst=part, interpolation=cv2.INTER_LINEAR)
        if self._wanted.colour == "rgb":
            cv2.cvtColor(part, cv2.COLOR_BGR2RGB, dst=part)
        self._write(tensor, rows, columns=columns)
        return tensor, self._fit

    def _lay_out(self, new: Fit) -> Fit:
        """Make canvas and tensors for frames of another size; the borders of a letterbox are written here alone."""
        size = (new.input_height, new.input_width)
        if self._canvas.shape[:2] != size:
            self._canvas = np.empty((*size, 3), np.uint8)
            shape = (1, *size, 3) if self._wanted.layout == "nhwc" else (1, 3, *size)
            self._tensors = [np.empty(shape, np.dtype(self._wanted.dtype)) for _ in range(_TENSORS)]
        self._canvas[:] = self._wanted.pad
        for tensor in self._tensors:
            self._write(tensor, slice(None), columns=slice(None))
        return new

    def _write(self, tensor: NDArray[Any], rows: slice, *, columns: slice) -> None:
        """Carry a part of the canvas to a tensor."""
        pixels = self._canvas[rows, columns]
        if self._wanted.layout == "nhwc":
            self._scale(pixels, tensor[0, rows, columns], table=self._table)
            return
        for channel, (plane, table) in enumerate(zip(cv2.split(pixels), self._tables, strict=True)):
            self._scale(plane, tensor[0, channel, rows, columns], table=table)

    def _scale(self, pixels: NDArray[Any], out: NDArray[Any], *, table: Floats) -> None:
        if self._wanted.dtype != "float32":
            out[:] = pixels
            return
        cv2.LUT(pixels, table, dst=out)
