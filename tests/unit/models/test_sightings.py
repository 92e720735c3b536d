"""Tests of what is gathered to fit on: photos and labels are read, wrong input is refused."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.score.statistics import NAMES
from askance.errors import SourceError
from askance.labels import LabelMap
from askance.models.photos import find_photos
from askance.models.sightings import gather
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
    seen = gather(
        detector,
        find_photos(photos),
        labels=photos,
        names=names,
        variants=1,
        progress=lambda done, total: told.append((done, total)),
    )
    sample, verdicts = seen.sample, seen.verdicts
    assert (32, K) == sample.statistics.shape
    assert np.repeat(np.arange(16), 2).tolist() == sample.photos.tolist()
    assert (16, 16) == told[-1]
    # sixteen photos with nothing, one or two labelled objects that this model cannot all find
    assert sample.errors[::2].sum() > 0
    candidates = sample.statistics[:, NAMES.index("candidates")].reshape(16, 2).sum(axis=1)
    assert candidates.tolist() == np.bincount(verdicts.photos, minlength=16).tolist()
    assert {0.5} == set(verdicts.weights.tolist())
    assert (verdicts.scores >= 0.05).all()
    assert "16 photos of photos, variants of each: 1" == seen.fitted_on


def test_coco_labels_give_the_same_errors(tmp_path: Path, detector: Detector, names: LabelMap, photos: Path) -> None:
    pictures = [{"id": number, "file_name": f"{number:02}.png"} for number in range(16)]
    boxes = [
        {"image_id": number, "category_id": 1, "bbox": [9, 6, 12, 8]} for number in range(16) for _ in range(number % 3)
    ]
    file = tmp_path / "labels.json"
    file.write_text(
        json.dumps(
            {
                "images": pictures,
                "annotations": boxes,
                "categories": [{"id": number, "name": name} for number, name in ((1, CLASSES[2]), (2, CLASSES[1]))],
            }
        )
    )
    listed = find_photos(photos)
    one, other = (
        gather(detector, listed, labels=labels, names=names, variants=0, progress=silence) for labels in (photos, file)
    )
    assert one.sample.errors.tolist() == other.sample.errors.tolist()
    assert one.verdicts.right.tolist() == other.verdicts.right.tolist()


def test_candidates_of_classes_that_the_labels_do_not_have_are_left_out(
    tmp_path: Path, detector: Detector, names: LabelMap, photos: Path
) -> None:
    pictures = [{"id": number, "file_name": f"{number:02}.png"} for number in range(16)]
    row = {"image_id": 1, "category_id": 1, "bbox": [9, 6, 12, 8]}
    file = tmp_path / "labels.json"
    kinds = [{"id": 1, "name": "car"}, {"id": 2, "name": "unicorn"}]
    file.write_text(json.dumps({"images": pictures, "annotations": [row], "categories": kinds}))
    with closing(Lane()) as lane:
        mirror = SecondLook(detector, SecondLookSection(tiles=None, mirror=True), lane=lane)
        whole, cars = (
            gather(
                detector, find_photos(photos), labels=labels, names=names, variants=1, progress=silence, second=mirror
            )
            for labels in (photos, file)
        )

    assert {3} == set(cars.verdicts.label_ids.tolist()) < set(whole.verdicts.label_ids.tolist())
    assert cars.again is not None
    for sample in (cars.sample, cars.again):
        assert 1 == sample.statistics[:, NAMES.index("labels")].max()
    assert (cars.sample.errors <= cars.sample.statistics[:, NAMES.index("reported")] + 1).all()
    assert (("car",), 2) == (cars.judged, cars.labels)
    assert "16 photos of photos, variants of each: 1, judged: 1 of 2 classes" == cars.fitted_on
    assert {"person", "car"} == set(whole.judged)


def test_too_few_photos_are_refused(detector: Detector, names: LabelMap, photos: Path) -> None:
    with pytest.raises(SourceError, match="at least 16 labelled photos, got 15 of 15 in all"):
        gather(detector, find_photos(photos)[1:], labels=photos, names=names, variants=0, progress=silence)


def test_photos_without_labels_are_refused(tmp_path: Path, detector: Detector, names: LabelMap, photos: Path) -> None:
    with pytest.raises(SourceError, match="no object of a class of the model is labelled") as caught:
        gather(detector, find_photos(photos), labels=tmp_path, names=names, variants=0, progress=silence)
    assert "--labels" in (caught.value.hint or "")


def test_what_all_looks_see_together_is_gathered_beside_what_the_first_saw(
    detector: Detector, names: LabelMap, photos: Path
) -> None:
    with closing(Lane()) as lane:
        mirror = SecondLook(detector, SecondLookSection(tiles=None, mirror=True), lane=lane)
        seen = gather(
            detector, find_photos(photos), labels=photos, names=names, variants=1, progress=silence, second=mirror
        )
    alone = gather(detector, find_photos(photos), labels=photos, names=names, variants=1, progress=silence)

    assert (None, {}) == (alone.again, alone.looks)
    assert seen.again is not None
    np.testing.assert_array_equal(alone.sample.statistics, seen.sample.statistics)
    np.testing.assert_array_equal(alone.sample.errors, seen.again.errors)
    assert (32, K + 1) == seen.again.statistics.shape
    assert not np.array_equal(seen.again.statistics, seen.sample.statistics)
    assert mirror.looks == seen.looks
