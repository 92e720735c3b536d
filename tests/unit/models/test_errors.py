"""Tests of the fit of expected errors: photos and labels are read, the file is written, wrong input is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.package import load_package
from askance.edge.score.error_model import load_errors
from askance.edge.score.statistics import NAMES
from askance.errors import ModelError, SourceError
from askance.labels import LabelMap
from askance.models.errors import ERRORS, gather, make, write
from askance.models.photos import find_photos
from support_models import CLASSES, convolutional, labelled_photos, write_package

K = len(NAMES)


def silence(_done: int, _total: int) -> None:
    """Tell nobody."""


@pytest.fixture
def names(checkout: Path) -> LabelMap:
    return LabelMap.load(checkout / "config" / "labels.yaml")


@pytest.fixture
def detector(tmp_path: Path, names: LabelMap) -> Detector:
    package = load_package(write_package(tmp_path / "tiny", convolutional()))
    return Detector(package, names, section=DetectorSection(probe=False))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return labelled_photos(tmp_path / "photos", 16)


def test_every_photo_and_variant_is_looked_at(detector: Detector, names: LabelMap, photos: Path) -> None:
    told: list[tuple[int, int]] = []
    sample = gather(
        detector,
        find_photos(photos),
        labels=photos,
        names=names,
        variants=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert (32, K) == sample.statistics.shape
    assert np.repeat(np.arange(16), 2).tolist() == sample.photos.tolist()
    assert (16, 16) == told[-1]
    # sixteen photos with nothing, one or two labelled objects that this model cannot all find
    assert sample.errors[::2].sum() > 0


def test_coco_labels_give_the_same_errors(tmp_path: Path, detector: Detector, names: LabelMap, photos: Path) -> None:
    pictures = [{"id": number, "file_name": f"{number:02}.png"} for number in range(16)]
    boxes = [
        {"image_id": number, "category_id": 1, "bbox": [9, 6, 12, 8]} for number in range(16) for _ in range(number % 3)
    ]
    file = tmp_path / "labels.json"
    file.write_text(
        json.dumps({"images": pictures, "annotations": boxes, "categories": [{"id": 1, "name": CLASSES[2]}]})
    )
    listed = find_photos(photos)
    one, other = (
        gather(detector, listed, labels=labels, names=names, variants=0, progress=silence) for labels in (photos, file)
    )
    assert one.errors.tolist() == other.errors.tolist()


def test_what_is_written_is_what_is_read(tmp_path: Path, detector: Detector, names: LabelMap, photos: Path) -> None:
    errors = make(detector, find_photos(photos), labels=photos, names=names, variants=1, progress=silence)
    write(errors, tmp_path / ERRORS)
    model = load_errors(tmp_path / ERRORS, sha256=detector.info.sha256)
    assert ("16 photos of photos and 1 variants of each", 0.5, 0.05) == (model.fitted_on, model.report, model.floor)
    assert errors.intercept == model.intercept
    assert {"photos", "variants", "errors", "ridge", "dispersion", "deviance", "deviance_of_mean"} == set(
        errors.figures
    )


def test_too_few_photos_are_refused(detector: Detector, names: LabelMap, photos: Path) -> None:
    with pytest.raises(SourceError, match="at least 16 photos, got 15"):
        gather(detector, find_photos(photos)[1:], labels=photos, names=names, variants=0, progress=silence)


def test_photos_without_labels_are_refused(tmp_path: Path, detector: Detector, names: LabelMap, photos: Path) -> None:
    with pytest.raises(SourceError, match="nothing is labelled") as caught:
        gather(detector, find_photos(photos), labels=tmp_path, names=names, variants=0, progress=silence)
    assert "--labels" in (caught.value.hint or "")


def test_a_file_that_cannot_be_written_is_an_error_in_words(
    tmp_path: Path, detector: Detector, names: LabelMap, photos: Path
) -> None:
    errors = make(detector, find_photos(photos), labels=photos, names=names, variants=0, progress=silence)
    with pytest.raises(ModelError, match="cannot write") as caught:
        write(errors, tmp_path / "nowhere" / ERRORS)
    assert "--out" in (caught.value.hint or "")
