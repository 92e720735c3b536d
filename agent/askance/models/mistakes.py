"""What a detector gets wrong in one labelled photo."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.clusters import pairwise_iou
from askance.edge.detections import Detections

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


def find_mistakes(found: Detections, boxes: NDArray[np.float64], *, label_ids: NDArray[np.int32]) -> Mistakes:
    """Hold what is reported against what is labelled.

    Each reported detection, best score first, takes the free object of its label that it overlaps most, where the IoU
    is at least a half (the matching of Everingham et al., The Pascal Visual Object Classes Challenge, 2010).

    Args:
        found: what a detector sees; only what it reports counts.
        boxes: (n, 4): left, top, right, bottom of the labelled objects in pixels.
        label_ids: (n,): their labels.
    """
    reported = np.flatnonzero(found.reported)
    overlaps = pairwise_iou(found.boxes[reported].astype(np.float64), boxes)
    overlaps[found.label_ids[reported][:, None] != label_ids] = 0.0
    hits = 0
    for row in overlaps if len(boxes) else ():
        best = int(row.argmax())
        if row[best] >= IOU:
            hits += 1
            overlaps[:, best] = 0.0
    return Mistakes(len(reported) - hits, len(boxes) - hits)
