"""Fits the error model of a detector on labelled photos and variants of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import yaml
from numpy.typing import NDArray

from askance.edge.detect import Detector
from askance.edge.score.error_model import ERRORS, ErrorDocument, Term
from askance.edge.score.statistics import NAMES, statistics
from askance.errors import ModelError, SourceError
from askance.labels import LabelMap
from askance.models.mistakes import find_mistakes
from askance.models.photos import read_photo
from askance.models.regression import FOLDS, Sample, choose, fit
from askance.models.truth import Objects, read_truth
from askance.models.variants import vary

__all__ = ["ERRORS", "LEAST_PHOTOS", "VARIANTS", "gather", "make", "write"]

Progress: TypeAlias = Callable[[int, int], None]

VARIANTS: Final = 15
LEAST_PHOTOS: Final = 2 * FOLDS
_SEED: Final = 0


def gather(
    detector: Detector, photos: Sequence[Path], *, labels: Path, names: LabelMap, variants: int, progress: Progress
) -> Sample:
    """Let a detector look at labelled photos and at variants of them.

    Args:
        detector: it.
        photos: at least ``LEAST_PHOTOS``.
        labels: a folder of YOLO text files, or a COCO file.
        names: the detector's label map.
        variants: of each photo.
        progress: told after each photo how many are done, and of how many.

    Raises:
        ModelError: a forward pass failed.
        SourceError: too few photos, or a photo or label that cannot be read, or nothing is labelled.
    """
    if len(photos) < LEAST_PHOTOS:
        raise SourceError(
            f"expected at least {LEAST_PHOTOS} photos, got {len(photos)}",
            hint="--photos takes a folder of labelled photos",
        )
    sizes = {photo: (image.shape[1], image.shape[0]) for photo in photos for image in (read_photo(photo),)}
    card = detector.model.package.card
    truth = read_truth(labels, sizes, card=card)
    if not any(len(objects.columns) for objects in truth.values()):
        raise SourceError(f"nothing is labelled in these photos: {labels}", hint="--labels has to be of --photos")
    ids = np.array([-1 if name is None else names.resolve(name).id for name in card.classes], np.int32)
    random = np.random.default_rng(_SEED)
    rows: list[NDArray[np.float64]] = []
    errors: list[int] = []
    for done, (photo, objects) in enumerate(truth.items(), start=1):
        image = read_photo(photo)
        views = [(image, objects)] + [vary(image, objects, number=each + 1, random=random) for each in range(variants)]
        for picture, there in views:
            row, wrong = _seen(detector, picture, objects=there, ids=ids)
            rows.append(row)
            errors.append(wrong)
        progress(done, len(photos))
    return Sample(np.array(rows), np.array(errors, np.float64), np.repeat(np.arange(len(truth)), variants + 1))


def _seen(
    detector: Detector, image: NDArray[np.uint8], *, objects: Objects, ids: NDArray[np.int32]
) -> tuple[NDArray[np.float64], int]:
    prepared = detector.prepare(image)
    found = detector.read(detector.forward(prepared), fit=prepared.fit)
    row = statistics(found, size=(image.shape[1], image.shape[0]), floor=detector.info.floor)
    return row, find_mistakes(found, objects.boxes, label_ids=ids[objects.columns]).count


def make(
    detector: Detector, photos: Sequence[Path], *, labels: Path, names: LabelMap, variants: int, progress: Progress
) -> ErrorDocument:
    """Fit the error model of a detector on labelled photos; arguments and errors are those of ``gather``."""
    sample = gather(detector, photos, labels=labels, names=names, variants=variants, progress=progress)
    choice = choose(sample)
    figures = {
        "photos": len(photos),
        "variants": variants,
        "errors": sample.errors[:: variants + 1].sum(),
        "ridge": choice.ridge,
        "dispersion": choice.dispersion,
        "deviance": choice.deviance,
        "deviance_of_mean": choice.constant,
    }
    found = fit(sample, ridge=choice.ridge, dispersion=choice.dispersion)
    columns = zip(NAMES, found.means, found.scales, found.coefficients, strict=True)
    return ErrorDocument(
        sha256=detector.info.sha256,
        report=detector.info.report,
        floor=detector.info.floor,
        fitted_on=f"{len(photos)} photos of {photos[0].parent.name} and {variants} variants of each",
        figures={name: round(float(value), 4) for name, value in figures.items()},
        intercept=round(found.intercept, 6),
        terms={
            name: Term(mean=round(float(mean), 6), scale=round(float(scale), 6), coefficient=round(float(each), 6))
            for name, mean, scale, each in columns
        },
    )


def write(errors: ErrorDocument, path: Path) -> None:
    """Write an error model as YAML.

    Raises:
        ModelError: the file cannot be written.
    """
    values = errors.model_dump(mode="json", exclude_unset=True)
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=116, allow_unicode=True)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ModelError(f"cannot write {path}: {error.strerror}", hint="choose another file with --out") from error
