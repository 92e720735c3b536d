"""Where four numbers put a box: the orders and units that models write them in."""

from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from askance.edge.detect.fit import Fit
from askance.sections import Section

Order: TypeAlias = Literal["cxcywh", "xyxy", "yxyx"]
Units: TypeAlias = Literal["pixels", "shares"]


class Coordinates(Section):
    """How a model writes a box."""

    order: Annotated[Order, Field(description="centre and size, or two corners, x or y first")] = "xyxy"
    units: Annotated[Units, Field(description="pixels of the input, or shares of its sides")] = "pixels"

    def middles(self, numbers: NDArray[Any], fit: Fit) -> NDArray[np.float64]:
        """Read boxes.

        Args:
            numbers: (n, 4), as the model writes them.
            fit: for the size of the input.

        Returns:
            (n, 4): centre x, centre y, width, height in pixels of the input.
        """
        given = numbers.astype(np.float64)
        if self.order == "yxyx":
            given = given[:, [1, 0, 3, 2]]
        if self.order != "cxcywh":
            given = np.concatenate([(given[:, :2] + given[:, 2:]) / 2, given[:, 2:] - given[:, :2]], axis=1)
        if self.units == "shares":
            given *= (fit.input_width, fit.input_height, fit.input_width, fit.input_height)
        return given


def corners(middles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn centre x, centre y, width, height, shape (n, 4), into left, top, right, bottom."""
    halves = middles[:, 2:4] / 2
    return np.concatenate([middles[:, :2] - halves, middles[:, :2] + halves], axis=1)
