"""The numbers that follow a box and its class scores in a YOLO's output; here: none, a plain box."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.candidates import Outputs
from askance.edge.detect.decode.coordinates import corners
from askance.edge.detect.decode.nms import suppress
from askance.edge.detect.fit import Fit
from askance.edge.shapes import Shape


class Tail:
    """A plain box: nothing follows. Richer tails say how their objects are suppressed and what they look like.

    Throughout, ``middles`` are (n, 4), float64: centre x, centre y, width, height in pixels of the input; ``tail`` is
    (n, numbers): what follows in the same rows.
    """

    numbers: int = 0
    signals: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.outputs: Mapping[str, tuple[int | None, ...]] = {}

    def upright(self, middles: NDArray[np.float64], tail: NDArray[Any]) -> NDArray[np.float64]:  # noqa: ARG002 (turned boxes need it)
        """Return the upright rectangle of each box, (n, 4): left, top, right, bottom in pixels of the input."""
        return corners(middles)

    def suppress(
        self,
        middles: NDArray[np.float64],
        tail: NDArray[Any],
        *,
        classes: NDArray[np.intp],
        iou: float,
        most: int,
    ) -> NDArray[np.intp]:
        """Return the indices of the boxes, given best first, that no better one of their class overlaps by more."""
        return suppress(self.upright(middles, tail), classes, iou=iou, most=most)

    def shapes(
        self,
        middles: NDArray[np.float64],  # noqa: ARG002 (turned boxes need it)
        tail: NDArray[Any],  # noqa: ARG002 (every richer tail needs it)
        *,
        boxes: NDArray[np.float64],  # noqa: ARG002 (masks need it)
        outputs: Outputs,  # noqa: ARG002 (masks need it)
        fit: Fit,  # noqa: ARG002 (every richer tail needs it)
    ) -> tuple[Shape | None, ...] | None:
        """Return one shape a box; None: plain boxes all of them.

        Args:
            middles: of the boxes that stayed.
            tail: theirs.
            boxes: (n, 4): left, top, right, bottom in pixels of the frame, not clipped.
            outputs: the model's.
            fit: where the frame lies in the input.
        """
        return None
