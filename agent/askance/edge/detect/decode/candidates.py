"""What a decoder promises, and what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.fit import Fit
from askance.edge.detections import Support
from askance.edge.shapes import Shape
from askance.edge.values import Floats

Outputs: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes of one frame after suppression, best first; equal scores keep the order of the model's output.

    Attributes:
        boxes: (n, 4), float64: left, top, right, bottom in pixels of the frame, not clipped; of every kind of object,
            its upright rectangle.
        scores: (n,), float64 in [0, 1].
        columns: (n,): the class column of each.
        class_scores: (n, named classes), float64 in [0, 1]: the scores of all classes that have a name, in the
            card's order; None when the family has none.
        shapes: one entry a candidate, in pixels of the frame, None for a plain box; None: plain boxes all of them.
        support: what each kept box has suppressed; None when the family suppresses none.
        embeddings: (n, numbers); None when the model gives none.
    """

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    columns: NDArray[np.intp]
    class_scores: NDArray[np.float64] | None = None
    shapes: tuple[Shape | None, ...] | None = None
    support: Support | None = None
    embeddings: Floats | None = None

    def __post_init__(self) -> None:
        n = len(self.scores)
        if (self.boxes.shape, self.scores.shape, self.columns.shape) != ((n, 4), (n,), (n,)):
            got = (self.boxes.shape, self.scores.shape, self.columns.shape)
            raise ValueError(f"expected shapes (n, 4), (n,), (n,), got {got}")
        for name in ("class_scores", "shapes", "support", "embeddings"):
            column = getattr(self, name)
            if column is not None and len(column) != n:
                raise ValueError(f"expected {n} {name}, got {len(column)}")


class Decoder(Protocol):
    """Turns one family's outputs into candidates."""

    @property
    def outputs(self) -> Mapping[str, tuple[int | None, ...]]:
        """The shape that each output has to have; None where a size depends on the frame's."""
        ...

    @property
    def signals(self) -> frozenset[str]:
        """The signals, by their file names in ``edge/score``, that this model's output gives the evidence for."""
        ...

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame.

        Args:
            outputs: finite, of the shapes in ``outputs``, of the graph's own types.
            fit: where the frame lies in the input.
            floor: candidates with a lower score are forgotten.
            most: how many candidates to return at most, the best ones.
        """
        ...
