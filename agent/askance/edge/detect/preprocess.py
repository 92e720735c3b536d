"""A frame of any size becomes the one tensor that the model takes, without new memory for each frame."""

from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.fit import Fit, fit
from askance.edge.detect.package import ModelInput
from askance.edge.values import Floats, Image

_TENSORS: Final = 2  # one for the model that runs, one for the frame after
_LAYOUTS: Final = 4


class _Layout(NamedTuple):
    """What frames of one size are prepared in.

    Attributes:
        fit: where they lie in the input.
        canvas: (input height, input width, 3), uint8: the pixels on their way.
        tensors: used in turn.
    """

    fit: Fit
    canvas: Image
    tensors: tuple[NDArray[Any], ...]


class Preprocessor:
    """Resizes, orders and scales frames into two tensors that are used in turn, for each of the last few sizes.

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
        self._turn = 0
        self._layouts: dict[tuple[int, int], _Layout] = {}

    def __call__(self, image: Image) -> tuple[NDArray[np.generic], Fit]:
        """Prepare a frame.

        Args:
            image: (height, width, 3), uint8, BGR.

        Returns:
            The tensor, valid until the call after the next, and where the frame lies in it.
        """
        height, width = image.shape[:2]
        layout = self._layouts.get((width, height)) or self._lay_out(width, height)
        self._turn = (self._turn + 1) % _TENSORS
        tensor = layout.tensors[self._turn]
        rows, columns = slice(*layout.fit.rows), slice(*layout.fit.columns)
        part = layout.canvas[rows, columns]
        # Linear, as the models were trained; the area filter costs ten times as much.
        window = image[layout.fit.window()]
        cv2.resize(window, (part.shape[1], part.shape[0]), dst=part, interpolation=cv2.INTER_LINEAR)
        if self._wanted.colour == "rgb":
            cv2.cvtColor(part, cv2.COLOR_BGR2RGB, dst=part)
        self._write(part, tensor, rows=rows, columns=columns)
        return tensor, layout.fit

    def _lay_out(self, width: int, height: int) -> _Layout:
        """Make canvas and tensors for frames of a size; the borders of a letterbox are written here alone.

        Sizes have tensors of their own: the model may be looking at one while a frame of another camera is prepared.
        """
        wanted = self._wanted
        new = fit(wanted, width=width, height=height)
        size = (new.input_height, new.input_width)
        shape = (1, *size, 3) if wanted.layout == "nhwc" else (1, 3, *size)
        canvas = np.full((*size, 3), wanted.pad, np.uint8)
        tensors = tuple(np.empty(shape, np.dtype(wanted.dtype)) for _ in range(_TENSORS))
        for tensor in tensors:
            self._write(canvas, tensor, rows=slice(None), columns=slice(None))
        if len(self._layouts) == _LAYOUTS:
            del self._layouts[next(iter(self._layouts))]
        self._layouts[width, height] = layout = _Layout(new, canvas, tensors)
        return layout

    def _write(self, pixels: NDArray[Any], tensor: NDArray[Any], *, rows: slice, columns: slice) -> None:
        """Carry pixels to a part of a tensor."""
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
