"""What speaks against a model file: what it sees held against what its source saw, and outputs that no detector has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.candidates import Candidates
from askance.edge.detect.decode.clusters import pairwise_iou

KEPT: Final = 0.75
"""Least share of the source's candidates that a file has to see, by score.

docs/models.md has the figures that this and SHIFT were chosen by.
"""
SHIFT: Final = 0.35
"""Greatest mean distance between the scores of a candidate in the file and in its source."""
SURE: Final = 0.2
"""Candidates of the source with a lower score are not asked for: good files lose some of them too."""
SAME: Final = 0.5
"""Overlap from which on two boxes of a class are the same object."""
ENOUGH: Final = 1.0
"""Sum of scores that a record has to reach before it says anything about a file."""

_MANY: Final = 2000
_STEPS: Final = 255
_SHARED: Final = 2


@dataclass(frozen=True, slots=True)
class Pairs:
    """The source's candidates with what became of them in the file; one row each.

    Attributes:
        source: (n,): their scores in the source.
        file: (n,): their scores in the file; NaN where it does not see them.
        iou: (n,): overlap of the two boxes; NaN likewise.
    """

    source: NDArray[np.float64]
    file: NDArray[np.float64]
    iou: NDArray[np.float64]

    @property
    def kept(self) -> float | None:
        """Share of the source's candidates that the file sees, weighted by their scores; None: there are none."""
        seen = ~np.isnan(self.file)
        total = float(self.source.sum())
        return float(self.source[seen].sum()) / total if total else None

    @property
    def shift(self) -> float | None:
        """Mean distance of the scores of those that it sees; None: it sees none."""
        seen = ~np.isnan(self.file)
        return float(np.abs(self.file - self.source)[seen].mean()) if seen.any() else None

    @property
    def overlap(self) -> float | None:
        """Mean overlap of those that it sees; None: it sees none."""
        return float(np.nanmean(self.iou)) if not np.isnan(self.iou).all() else None


def pair(source: Candidates, file: Candidates, *, sure: float = SURE) -> Pairs:
    """Look for each candidate of the source in what the file sees in the same frame; the best rivals choose first.

    Args:
        source: of the file in floating point, best first.
        file: of the file in question, down to a lower floor than ``sure``.
        sure: candidates of the source with a lower score are left out.
    """
    asked = np.flatnonzero(source.scores >= sure)
    scores, ious = np.full(len(asked), np.nan), np.full(len(asked), np.nan)
    if len(asked) and len(file.scores):
        same = source.columns[asked][:, None] == file.columns[None, :]
        overlaps = np.where(same, pairwise_iou(source.boxes[asked], file.boxes), 0.0)
        for row in range(len(asked)):
            partner = int(overlaps[row].argmax())
            if overlaps[row, partner] >= SAME:
                scores[row], ious[row] = file.scores[partner], overlaps[row, partner]
                overlaps[:, partner] = 0.0
    return Pairs(source.scores[asked], scores, ious)


def join(parts: Sequence[Pairs]) -> Pairs:
    """Put the pairs of several frames together; an empty list is refused."""
    return Pairs(
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.file for part in parts]),
        np.concatenate([part.iou for part in parts]),
    )


def drift_faults(pairs: Pairs) -> tuple[str, ...]:
    """Say what speaks against a file that sees other things than its source; empty: nothing."""
    if float(pairs.source.sum()) < ENOUGH:
        return ()
    kept, shift = pairs.kept, pairs.shift
    if kept is None or kept < KEPT:
        return (f"it sees {100 * (kept or 0.0):.0f} % of what its source sees, and has to see {100 * KEPT:.0f} %",)
    if shift is not None and shift > SHIFT:
        return (f"its scores are {shift:.2f} away from its source's, and may be {SHIFT:.2f}",)
    return ()


def output_faults(looks: Sequence[Mapping[str, NDArray[Any]]], *, boxes: bool) -> tuple[str, ...]:
    """Say what speaks against outputs, whatever the model was trained on; empty: nothing.

    Args:
        looks: the outputs that the decoder reads, for each frame; finite.
        boxes: whether the model finds objects; classifiers and maps of classes do well with 256 steps.
    """
    faults: list[str] = []
    # A choice of class is no figure, and a few figures are too few to judge by.
    judged = [name for name in looks[0] if all(_is_judged(look[name]) for look in looks)]
    for name in judged:
        values = [look[name] for look in looks]
        if not any(each.any() for each in values):
            faults.append(f"output {name} is exactly 0 everywhere")
        elif boxes and len(judged) <= _SHARED and _on_grid(values):
            faults.append(f"output {name} was rounded to 8 bits: one scale for the scores or boxes of every place")
    return tuple(faults)


def score_faults(best: Sequence[float]) -> tuple[str, ...]:
    """Say what speaks against the best scores of frames, decoded without a floor; empty: nothing."""
    if best and not any(best):
        return ("every score is exactly 0, as when boxes and scores share one 8-bit scale",)
    return ()


def _is_judged(values: NDArray[Any]) -> bool:
    return values.dtype.kind == "f" and values.size >= _MANY


def _on_grid(values: Sequence[NDArray[Any]]) -> bool:
    """Whether an output has no values but the even steps of one 8-bit scale.

    A model with an output for each of its feature maps does well with such scales; one scale for all maps together, or
    for boxes and scores, blurs what is said of each: the tail of a detector has to stay in floating point.
    """
    # Some of the values tell as a rule, and sorting all of them would cost as much as a forward pass.
    if any(len(np.unique(each.ravel()[:: each.size // _MANY])) > _STEPS + 1 for each in values):
        return False
    found = np.unique(np.concatenate([np.unique(each) for each in values]).astype(np.float64))
    if not 1 < len(found) <= _STEPS + 1:
        return False
    places = (found - found[0]) / np.diff(found).min()
    return bool(places[-1] < _STEPS + 0.5 and (np.abs(places - places.round()) < 0.1).all())  # noqa: PLR2004 (of a step)
