"""Instance masks: each object mixes prototype maps that all objects share (Bolya et al., YOLACT, 2019)."""

import math
from dataclasses import dataclass
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.candidates import Outputs
from askance.edge.detect.decode.logistic import sigmoid
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.fit import Fit
from askance.edge.shapes import Region, Scope
from askance.edge.values import Floats

_FINER: Final = (1, 2, 4)


class MaskTail(Tail):
    """A mask: one coefficient for each prototype.

    Args:
        prototypes: name of the output with the prototype maps; they cover the whole input, letterbox and all.
        coefficients: how many maps there are.
    """

    signals = frozenset({"mask_dispersion"})

    def __init__(self, prototypes: str, *, coefficients: int) -> None:
        super().__init__()
        self._name = prototypes
        self.numbers = coefficients
        self.outputs = {prototypes: (1, coefficients, None, None)}

    def shapes(
        self,
        middles: NDArray[np.float64],  # noqa: ARG002 (the boxes in the frame say it)
        tail: NDArray[Any],
        *,
        boxes: NDArray[np.float64],
        outputs: Outputs,
        fit: Fit,
    ) -> tuple[Region | None, ...]:
        """Return each object's pixels within its box; None where there is none."""
        prototypes = outputs[self._name][0].astype(np.float32, copy=False)
        low, high = np.zeros(2), np.array([fit.width, fit.height])
        # A pixel belongs to a box when its left and upper edge do.
        pixels = np.ceil(np.concatenate([np.clip(boxes[:, :2], low, high), np.clip(boxes[:, 2:], low, high)], axis=1))
        return tuple(
            _region(one.astype(np.float32), prototypes, box=(left, top, right, bottom), fit=fit)
            for one, (left, top, right, bottom) in zip(tail, pixels.astype(int).tolist(), strict=True)
        )


def _region(coefficients: Floats, prototypes: Floats, *, box: tuple[int, int, int, int], fit: Fit) -> Region | None:
    """Mix the prototypes under a box of whole pixels of the frame, and decide for each of them."""
    left, top, right, bottom = box
    if right <= left or bottom <= top:
        return None
    sides = prototypes.shape[:0:-1]
    finer = _finer(fit, sides)
    x = _Axis.place(0, (left, right), cells=sides[0], finer=finer, fit=fit)
    y = _Axis.place(1, (top, bottom), cells=sides[1], finer=finer, fit=fit)
    logits = np.tensordot(coefficients, prototypes[:, y.first : y.last, x.first : x.last], axes=1)
    fine = logits if finer == 1 else cv2.resize(logits, None, fx=finer, fy=finer, interpolation=cv2.INTER_LINEAR)
    inside = (
        cv2.warpAffine(
            fine[y.inner, x.inner],
            np.array([[x.step, 0.0, x.start], [0.0, y.step, y.start]]),
            (right - left, bottom - top),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        > 0
    )
    if not inside.any():
        return None
    return Region(left, top, inside, Scope.INSTANCE, sigmoid(logits).astype(np.float32))


def _finer(fit: Fit, sides: tuple[int, ...]) -> int:
    """Return into how many the cells are split, so that the border of a letterbox lies between two of them."""
    edges = [edge * sides[0] / fit.input_width for edge in fit.columns]
    edges += [edge * sides[1] / fit.input_height for edge in fit.rows]
    return next((finer for finer in _FINER if all((edge * finer).is_integer() for edge in edges)), _FINER[-1])


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where pixels of the frame lie among the prototypes' cells, on one axis.

    Attributes:
        first: first cell that is mixed.
        last: last one + 1.
        inner: which of the fine cells made of these lie in the picture; those of the letterbox say nothing of it.
        step: fine cells a pixel.
        start: where the first pixel lies, from the centre of the first inner fine cell.
    """

    first: int
    last: int
    inner: slice
    step: float
    start: float

    @classmethod
    def place(cls, axis: int, span: tuple[int, int], *, cells: int, finer: int, fit: Fit) -> Self:
        """Place the pixels from ``span[0]`` up to ``span[1]`` on axis 0, x, or 1, y."""
        size, covered = ((fit.input_width, fit.columns), (fit.input_height, fit.rows))[axis]
        grain = cells / size
        ends = [(edge * fit.scale[axis] + fit.shift[axis]) * grain for edge in span]
        # One cell more than linear mixing needs, because the fine ones are mixed of neighbours too.
        first, last = max(0, math.floor(ends[0]) - 2), min(cells, math.ceil(ends[1]) + 2)
        lowest = max(0, math.floor(covered[0] * grain * finer) - first * finer)
        highest = min(last * finer, math.ceil(covered[1] * grain * finer)) - first * finer
        step = fit.scale[axis] * grain * finer
        start = (ends[0] - first) * finer + step / 2 - 0.5 - lowest
        return cls(first, last, slice(lowest, highest), step, start)
