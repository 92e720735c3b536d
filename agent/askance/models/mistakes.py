"""What a detector gets wrong in one labelled photo."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.clusters import pairwise_iou
from askance.edge.detections import Detections
from askance.edge.zones import take

IOU: Final = 0.5


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The errors of one photo.

    Attributes:
        false_positives: reported detections that lie on no object of their label, or on one already taken.
        missed: objects that no reported detection lies on.
    """

    false_positives: int
    missed: int

    @property
    def count(self) -> int:
        """All of them."""
        return self.false_positives + self.missed


def judgeable(found: Detections, label_ids: NDArray[np.int32]) -> Detections:
    """Leave out candidates of labels that nobody has looked for: they are neither right nor wrong.

    Args:
        found: what a detector sees.
        label_ids: (k,): the labels that were looked for.
    """
    return take(found, np.flatnonzero(np.isin(found.label_ids, label_ids)))


def find_mistakes(found: Detections, boxes: NDArray[np.float64], *, label_ids: NDArray[np.int32]) -> Mistakes:
    """Hold what is reported against what is labelled, see ``true_positives``; arguments are the same."""
    right = true_positives(found, boxes, label_ids=label_ids)[found.reported]
    hits = int(right.sum())
    return Mistakes(len(right) - hits, len(boxes) - hits)


def true_positives(found: Detections, boxes: NDArray[np.float64], *, label_ids: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return, shape (n,), which candidates are true objects, those below the report threshold included.

    Each candidate, best score first, takes the free object of its label that it overlaps most, where the IoU is at
    least a half (the matching of Everingham et al., The Pascal Visual Object Classes Challenge, 2010).

    Args:
        found: what a detector sees, best first.
        boxes: (m, 4): left, top, right, bottom of the labelled objects in pixels.
        label_ids: (m,): their labels.
    """
    overlaps = pairwise_iou(found.boxes.astype(np.float64), boxes)
    overlaps[found.label_ids[:, None] != label_ids] = 0.0
    right = np.zeros(len(found), np.bool_)
    for index in np.flatnonzero((overlaps >= IOU).any(axis=1)):
        best = int(overlaps[index].argmax())
        if overlaps[index, best] >= IOU:
            right[index] = True
            overlaps[:, best] = 0.0
    return right
