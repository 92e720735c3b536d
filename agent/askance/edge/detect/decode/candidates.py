"""What a decoder promises, and what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Floats


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes of one frame after suppression, best first; equal scores keep the order of the model's output.

    Attributes:
        boxes: (n, 4), float64: left, top, right, bottom in pixels of the model's input, not clipped.
        scores: (n,), float64 in [0, 1].
        columns: (n,): the class column of each.
        class_scores: (n, named classes), float64 in [0, 1]: the scores of all classes that have a name, in the
            card's order; None when the family has none.
    """

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    columns: NDArray[np.intp]
    class_scores: NDArray[np.float64] | None

    def __post_init__(self) -> None:
        n = len(self.scores)
        if (self.boxes.shape, self.scores.shape, self.columns.shape) != ((n, 4), (n,), (n,)):
            got = (self.boxes.shape, self.scores.shape, self.columns.shape)
            raise ValueError(f"expected shapes (n, 4), (n,), (n,), got {got}")


class Decoder(Protocol):
    """Turns one family's outputs into candidates."""

    @property
    def outputs(self) -> Mapping[str, tuple[int, ...]]:
        """The shape that each output has to have."""
        ...

    def decode(self, outputs: Mapping[str, Floats], *, floor: float, most: int) -> Candidates:
        """Decode one frame.

        Args:
            outputs: finite, of the shapes in ``outputs``.
            floor: candidates with a lower score are forgotten.
            most: how many candidates to return at most, the best ones.
        """
        ...
