"""Labelled photos, looked at once: what the detector said, what was wrong, what labelling them takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from askance.edge.detect import Detector
from askance.edge.gate import difference_hash
from askance.edge.view import View, alone
from askance.labels import LabelMap
from askance.models.mistakes import Mistakes, find_mistakes
from askance.models.photos import read_photo
from askance.models.truth import read_truth

FRAME_S = 5.0
OBJECT_S = 4.0


@dataclass(frozen=True, slots=True)
class Looked:
    """One photo.

    Attributes:
        view: what the detector said of it.
        mistakes: what was wrong with that.
        objects: how many are labelled.
        dhash: its difference hash, 64 bits.
    """

    view: View
    mistakes: Mistakes
    objects: int
    dhash: int

    @property
    def seconds(self) -> float:
        """How long a person labels it."""
        return FRAME_S + OBJECT_S * self.objects


def look(detector: Detector, photos: Sequence[Path], *, labels: Path, names: LabelMap) -> list[Looked]:
    """Let a detector look at every photo, in their order."""
    images = {photo: read_photo(photo) for photo in photos}
    sizes = {photo: (image.shape[1], image.shape[0]) for photo, image in images.items()}
    card = detector.model.package.card
    ids = np.array([-1 if name is None else names.resolve(name).id for name in card.classes], np.int32)
    looked: list[Looked] = []
    for photo, objects in read_truth(labels, sizes, card=card).items():
        prepared = detector.prepare(images[photo])
        found = detector.read(detector.forward(prepared), fit=prepared.fit)
        mistakes = find_mistakes(found, objects.boxes, label_ids=ids[objects.columns])
        grey = cv2.cvtColor(images[photo], cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        looked.append(Looked(alone(found, size=sizes[photo]), mistakes, len(objects.columns), difference_hash(grey)))
    return looked
