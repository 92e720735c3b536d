"""What a detector saw in labelled photos and variants of them, and what of that was wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detections import Detections
from askance.edge.score.places import places
from askance.edge.score.statistics import statistics, statistics_together
from askance.edge.values import Image
from askance.edge.view import alone
from askance.errors import SourceError
from askance.labels import LabelMap
from askance.models.calibration import Verdicts
from askance.models.mistakes import find_mistakes, judgeable, true_positives
from askance.models.photos import read_photo
from askance.models.regression import FOLDS, Sample
from askance.models.truth import Objects, Truth, read_truth
from askance.models.variants import vary

Progress: TypeAlias = Callable[[int, int], None]
_Columns: TypeAlias = tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.bool_]]

LEAST_PHOTOS: Final = 2 * FOLDS
_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Sightings:
    """What can be fitted on.

    Attributes:
        sample: statistics and errors of every view.
        again: the same errors, with the statistics of what all looks together see; None: nobody looked again.
        looks: those further looks, by name, and what each is exactly.
        verdicts: every candidate of every view.
        judged: names of the labels that were looked for in the photos; candidates of others are left out.
        labels: how many labels the detector has.
        photos: how many that somebody has labelled.
        left_out: how many others.
        variants: of each photo, beside itself.
        source: the name of their folder.
    """

    sample: Sample
    again: Sample | None
    looks: Mapping[str, str]
    verdicts: Verdicts
    judged: tuple[str, ...]
    labels: int
    photos: int
    left_out: int
    variants: int
    source: str

    @property
    def fitted_on(self) -> str:
        """Which photos, in words."""
        said = f"{self.photos} photos of {self.source}, variants of each: {self.variants}"
        some = f", judged: {len(self.judged)} of {self.labels} classes"
        return said if len(self.judged) == self.labels else said + some


def gather(
    detector: Detector,
    photos: Sequence[Path],
    *,
    labels: Path,
    names: LabelMap,
    variants: int,
    progress: Progress,
    second: SecondLook | None = None,
) -> Sightings:
    """Let a detector look at labelled photos and at variants of them.

    Args:
        detector: it.
        photos: at least ``LEAST_PHOTOS`` that somebody has labelled.
        labels: a folder of YOLO text files, or a COCO file.
        names: the detector's label map.
        variants: of each photo.
        progress: told after each photo how many are done, and of how many.
        second: looks at all of them again; None: nobody does.

    Raises:
        ModelError: a forward pass failed.
        SourceError: too few photos, or a photo or label that cannot be read, or nothing is labelled.
    """
    truth = _labelled(detector, photos, labels=labels, names=names)
    ids = detector.label_ids
    judged = np.unique(ids[next(iter(truth.values())).judged])  # the same in all photos
    rows: list[NDArray[np.float64]] = []
    fused: list[NDArray[np.float64]] = []
    errors: list[int] = []
    columns: list[_Columns] = []
    for image, there in _views(truth, variants=variants, progress=progress):
        found, there_ids = judgeable(_look(detector, image), judged), ids[there.columns]
        view = alone(found, size=(image.shape[1], image.shape[0]))
        rows.append(statistics(found, size=view.size, floor=detector.info.floor))
        if second is not None:
            seen = judgeable(places(view, second.look(image)).fused(), judged)
            fused.append(statistics_together(seen, size=view.size, floor=detector.info.floor))
        errors.append(find_mistakes(found, there.boxes, label_ids=there_ids).count)
        columns.append((found.scores, found.label_ids, true_positives(found, there.boxes, label_ids=there_ids)))
    owners = np.repeat(np.arange(len(truth)), variants + 1)
    sample = Sample(np.array(rows), np.array(errors, np.float64), owners)
    return Sightings(
        sample=sample,
        again=None if second is None else replace(sample, statistics=np.array(fused)),
        looks={} if second is None else second.looks,
        verdicts=_verdicts(columns, owners, weight=1.0 / (variants + 1)),
        judged=tuple(label.name for label in names.labels if label.id in judged),
        labels=len(detector.labels),
        photos=len(truth),
        left_out=len(photos) - len(truth),
        variants=variants,
        source=photos[0].parent.name,
    )


def _verdicts(columns: Sequence[_Columns], owners: NDArray[np.intp], *, weight: float) -> Verdicts:
    """Put the candidates of all views together; ``owners``, (views,), says which photo each view is of."""
    scores, label_ids, right = (np.concatenate(column) for column in zip(*columns, strict=True))
    photos = np.repeat(owners, [len(each) for each, _, _ in columns])
    return Verdicts(scores.astype(np.float64), label_ids, right, photos, np.full(len(scores), weight))


def _labelled(detector: Detector, photos: Sequence[Path], *, labels: Path, names: LabelMap) -> Truth:
    sizes = {photo: (image.shape[1], image.shape[0]) for photo in photos for image in (read_photo(photo),)}
    truth = read_truth(labels, sizes, card=detector.model.package.card, names=names)
    if truth and not any(len(objects.columns) for objects in truth.values()):
        raise SourceError(
            f"no object of a class of the model is labelled in these photos: {labels}",
            hint="--labels has to be of --photos: a folder of NAME.txt, or a COCO file, as of `askance queue export`",
        )
    if len(truth) < LEAST_PHOTOS:
        raise SourceError(
            f"expected at least {LEAST_PHOTOS} labelled photos, got {len(truth)} of {len(photos)} in all",
            hint="label more of them, or give another folder; of an export of the queue the tasks that are done count",
        )
    return truth


def _views(truth: Truth, *, variants: int, progress: Progress) -> Iterator[tuple[Image, Objects]]:
    """List every photo and its variants, with what is labelled in them."""
    random = np.random.default_rng(_SEED)
    for done, (photo, objects) in enumerate(truth.items(), start=1):
        image = read_photo(photo)
        yield image, objects
        for number in range(1, variants + 1):
            yield vary(image, objects, number=number, random=random)
        progress(done, len(truth))


def _look(detector: Detector, image: Image) -> Detections:
    prepared = detector.prepare(image)
    return detector.read(detector.forward(prepared), fit=prepared.fit)
