"""Average precision at an overlap of a half, by the rules of COCO (Lin et al., Microsoft COCO, 2014)."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode import Candidates
from askance.edge.detect.decode.clusters import pairwise_iou
from askance.models.truth import Objects

IOU: Final = 0.5
_RECALLS: Final = np.linspace(0, 1, 101)


def ap50(found: Sequence[Candidates], truth: Sequence[Objects]) -> float | None:
    """Return the mean over all classes that are labelled; None where nothing is.

    Args:
        found: what a model sees in each photo, best first.
        truth: what is labelled in each; no crowds.
    """
    classes = np.unique(np.concatenate([objects.columns for objects in truth])) if truth else np.empty(0, np.intp)
    return float(np.mean([_of_class(found, truth, column=column) for column in classes])) if len(classes) else None


def _of_class(found: Sequence[Candidates], truth: Sequence[Objects], *, column: np.intp) -> float:
    scores: list[NDArray[np.float64]] = []
    hits: list[NDArray[np.bool_]] = []
    labelled = 0
    for seen, objects in zip(found, truth, strict=True):
        mine, theirs = seen.columns == column, objects.columns == column
        labelled += int(theirs.sum())
        scores.append(seen.scores[mine])
        hits.append(_hits(seen.boxes[mine], objects.boxes[theirs]))
    order = np.argsort(-np.concatenate(scores), kind="stable")
    hit = np.concatenate(hits)[order]
    recall = np.cumsum(hit) / labelled
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    highest = np.maximum.accumulate(precision[::-1])[::-1]  # the best precision at this recall or a greater one
    places = np.searchsorted(recall, _RECALLS, side="left")
    return float(np.append(highest, 0.0)[places].mean())


def _hits(boxes: NDArray[np.float64], objects: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which boxes, best first, lie on an object that no better one has taken."""
    overlaps = pairwise_iou(boxes, objects)
    hits = np.zeros(len(boxes), np.bool_)
    for row in range(len(boxes) if len(objects) else 0):
        # Of equal overlaps COCO takes the last.
        best = len(objects) - 1 - int(overlaps[row, ::-1].argmax())
        if overlaps[row, best] >= IOU:
            hits[row] = True
            overlaps[:, best] = -1.0
    return hits
