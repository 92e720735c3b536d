"""Tests of the fit of expected errors: what is written is what is read."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.score.error_model import ErrorDocument, ErrorModel, load_errors
from askance.errors import ModelError
from askance.labels import LabelMap
from askance.models.errors import ERRORS, looked_again, make, write
from askance.models.photos import find_photos
from askance.models.sightings import Sightings, gather
from support_models import convolutional, labelled_photos, write_package


@pytest.fixture
def names(checkout: Path) -> LabelMap:
    return LabelMap.load(checkout / "config" / "labels.yaml")


@pytest.fixture
def detector(tmp_path: Path, names: LabelMap) -> Detector:
    package = load_package(write_package(tmp_path / "tiny", convolutional()))
    return Detector(package, names, section=DetectorSection(probe=False))


@pytest.fixture
def seen(tmp_path: Path, detector: Detector, names: LabelMap) -> Sightings:
    photos = labelled_photos(tmp_path / "photos", 16)
    return gather(
        detector, find_photos(photos), labels=photos, names=names, variants=1, progress=lambda _done, _total: None
    )


def test_what_is_written_is_what_is_read(tmp_path: Path, detector: Detector, seen: Sightings) -> None:
    errors = make(seen, detector)
    write(errors, tmp_path / ERRORS)
    assert "report_by_label" not in (tmp_path / ERRORS).read_text()
    model = load_errors(tmp_path / ERRORS, sha256=detector.info.sha256)
    assert ("16 photos of photos, variants of each: 1", 0.5, 0.05) == (model.fitted_on, model.report, model.floor)
    assert errors.intercept == model.intercept
    assert {"photos", "variants", "errors", "ridge", "dispersion", "deviance", "deviance_of_mean"} == set(
        errors.figures
    )


def test_thresholds_of_single_labels_are_written_with_the_fit(
    tmp_path: Path, detector: Detector, names: LabelMap, seen: Sightings
) -> None:
    package = load_package(write_package(tmp_path / "own", convolutional(), report_by_label={"person": 0.4}))
    write(make(seen, Detector(package, names, section=DetectorSection(probe=False))), tmp_path / ERRORS)
    assert {"person": 0.4} == load_errors(tmp_path / ERRORS, sha256=detector.info.sha256).report_by_label


def test_frames_that_were_looked_at_again_have_a_regression_of_their_own(
    tmp_path: Path, detector: Detector, names: LabelMap
) -> None:
    photos = labelled_photos(tmp_path / "photos", 16)
    with closing(Lane()) as lane:
        seen = gather(
            detector,
            find_photos(photos),
            labels=photos,
            names=names,
            variants=0,
            progress=lambda _done, _total: None,
            second=SecondLook(detector, SecondLookSection(), lane=lane),
        )
    errors = make(seen, detector)
    write(errors, tmp_path / ERRORS)
    model = load_errors(tmp_path / ERRORS, sha256=detector.info.sha256)

    assert model.again is not None
    assert ["tiles"] == list(model.again.looks)
    assert model.means != model.again.means
    assert looked_again(tmp_path / ERRORS)
    once = tmp_path / "once.yaml"
    write(make(replace(seen, again=None), detector), once)
    (tmp_path / "torn.yaml").write_text("again: {")
    assert [False] * 3 == [looked_again(each) for each in (once, tmp_path / "torn.yaml", tmp_path / "nowhere.yaml")]
    assert replace(model, again=None) == load_written(tmp_path, make(replace(seen, again=None), detector))


def load_written(folder: Path, errors: ErrorDocument) -> ErrorModel:
    write(errors, folder / ERRORS)
    return load_errors(folder / ERRORS, sha256=errors.sha256)


def test_a_file_that_cannot_be_written_is_an_error_in_words(
    tmp_path: Path, detector: Detector, seen: Sightings
) -> None:
    with pytest.raises(ModelError, match="cannot write") as caught:
        write(make(seen, detector), tmp_path / "nowhere" / ERRORS)
    assert "--out" in (caught.value.hint or "")
