"""What a detector sees in a frame: columns with one row a candidate, frozen, and checked once, at birth."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from askance.edge.binary_entropy import binary_entropy
from askance.edge.shapes import Shape
from askance.edge.values import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Rivals:
    """What the boxes that each candidate suppressed looked like (MetaDetect, Schubert, Kahl, Rottmann 2021).

    Attributes:
        count: (n,), float32: how many candidates of the same class lay on the place, the kept one included.
        score_mean: (n,), float32: of their scores.
        score_std: (n,), float32: standard deviation of their scores; 0 for a candidate alone.
        iou_mean: (n,), float32: of the suppressed ones' overlap with the kept one; 1 for a candidate alone.
        size_std: (n,), float32: standard deviation of the logarithm of their areas; 0 for a candidate alone.
    """

    count: Floats
    score_mean: Floats
    score_std: Floats
    iou_mean: Floats
    size_std: Floats

    def __post_init__(self) -> None:
        shapes = {column.shape for column in (self.score_mean, self.score_std, self.iou_mean, self.size_std)}
        if shapes != {(len(self.count),)}:
            raise ValueError(f"expected columns of shape ({len(self.count)},), got {sorted(shapes)}")


class Support:
    """The rivals of each candidate, worked out when somebody first asks: it costs as much as the suppression itself.

    Args:
        rows: how many candidates.
        work: gives one row for each of them.
    """

    def __init__(self, rows: int, work: Callable[[], Rivals]) -> None:
        self._rows = rows
        self._work = work

    def __len__(self) -> int:
        return self._rows

    @cached_property
    def rivals(self) -> Rivals:
        """The columns."""
        return self._work()

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Return the rows that an index or a mask of shape (n,) chooses."""
        rows = np.arange(self._rows)[chosen]
        return type(self)(
            len(rows), lambda: Rivals(*(getattr(self.rivals, field.name)[rows] for field in fields(Rivals)))
        )


@dataclass(frozen=True)  # no slots: what many signals ask for is worked out once, and kept in the object
class Detections:
    """What a detector sees in one frame: every candidate from the floor up, best first.

    Attributes:
        boxes: (n, 4), float32: left, top, right, bottom in pixels of the frame, clipped to it; of every kind of
            object, its upright rectangle.
        scores: (n,), float32 in [0, 1], never increasing.
        label_ids: (n,), int32: ids in the label map.
        class_scores: (n, classes), float32 in [0, 1]: every class's own score (sigmoid) at the candidate; None where
            the decoder has none. A row of a model that has none, or columns it has not, are NaN.
        reported: (n,), bool: whether the score reaches the label's report threshold; the others are suggestions.
        shapes: one entry a candidate, None for a plain box; None: plain boxes all of them.
        support: what each candidate's rivals looked like before suppression; None where the decoder suppresses none.
        embeddings: (n, numbers), float32: what the model makes of each object's looks; None where it gives none.
        models: one entry a candidate: the name of the companion model that saw it, None for the main model; None: the
            main model saw all of them.
    """

    boxes: Floats
    scores: Floats
    label_ids: Ints
    class_scores: Floats | None
    reported: Bools
    shapes: tuple[Shape | None, ...] | None = None
    support: Support | None = None
    embeddings: Floats | None = None
    models: tuple[str | None, ...] | None = None

    def __post_init__(self) -> None:
        n = len(self.scores)
        got = (self.boxes.shape, self.scores.shape, self.label_ids.shape, self.reported.shape)
        if got != ((n, 4), (n,), (n,), (n,)):
            raise ValueError(f"expected shapes (n, 4), (n,), (n,), (n,), got {got}")
        if self.class_scores is not None and (self.class_scores.ndim != 2 or len(self.class_scores) != n):  # noqa: PLR2004 (rows, classes)
            raise ValueError(f"expected class scores of shape ({n}, classes), got {self.class_scores.shape}")
        for name in ("shapes", "support", "embeddings", "models"):
            column = getattr(self, name)
            if column is not None and len(column) != n:
                raise ValueError(f"expected {n} {name}, got {len(column)}")

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def exact_scores(self) -> NDArray[np.float64]:
        """The scores, shape (n,), to be reckoned with."""
        return self.scores.astype(np.float64)

    @cached_property
    def bits(self) -> NDArray[np.float64]:
        """How undecided each candidate is, shape (n,), see ``binary_entropy``."""
        return binary_entropy(self.exact_scores)

    @cached_property
    def undecided(self) -> NDArray[np.intp]:
        """The candidates by that, shape (n,), the most undecided first."""
        return (-self.bits).argsort(kind="stable")

    @cached_property
    def areas(self) -> Floats:
        """The areas of the boxes, shape (n,), square pixels."""
        corners = self.boxes.T.copy()  # rows of two numbers are slow
        width, height = np.maximum(corners[2:] - corners[:2], 0.0)
        areas: Floats = width * height
        return areas
