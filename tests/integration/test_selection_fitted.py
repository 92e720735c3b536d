"""The selection benchmark takes an error model that suits: of exactly these looks, and fitted on no scored photo."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import cv2
import pytest
import selection
from packages import find_package
from selecting.fitted import fitted

from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.score.error_model import ErrorModel
from askance.labels import LabelMap
from askance.models.photos import read_photo
from support_models import convolutional, labelled_photos, write_package


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return labelled_photos(tmp_path / "photos", 20)


@pytest.fixture
def detector(tmp_path: Path, labels: LabelMap) -> Detector:
    package = find_package(write_package(tmp_path / "tiny", convolutional()), assets=tmp_path)
    return Detector(package, labels, section=DetectorSection(probe=False))


@pytest.fixture
def fit(tmp_path: Path, detector: Detector, labels: LabelMap) -> Callable[..., ErrorModel]:
    """Fit once, and keep that."""
    kept = tmp_path / "kept"
    return partial(fitted, detector, names=labels, kept=kept, second=None, ready=None, scored=())


def test_a_model_that_was_fitted_after_other_looks_is_not_taken(
    tmp_path: Path, detector: Detector, photos: Path, fit: Callable[..., ErrorModel]
) -> None:
    with closing(Lane()) as lane:
        tiles, mirror = (
            SecondLook(detector, SecondLookSection.model_validate(section), lane=lane)
            for section in ({}, {"tiles": None, "mirror": True})
        )
        models = [fit(photos=photos, labels=photos, second=second) for second in (None, tiles, mirror, tiles)]

    assert [None, "tiles", "mirror", "tiles"] == [
        None if model.again is None else next(iter(model.again.looks)) for model in models
    ]
    assert 3 == len(list((tmp_path / "kept").iterdir()))
    assert models[1] == models[3]


def test_a_kept_fit_is_of_these_photos_and_these_labels(
    tmp_path: Path, photos: Path, fit: Callable[..., ErrorModel]
) -> None:
    more = labelled_photos(tmp_path / "more", 21)
    models = [fit(photos=each, labels=each) for each in (photos, more)]
    assert ["20 photos of photos", "21 photos of more"] == [each.fitted_on.partition(",")[0] for each in models]

    (photos / "00.txt").write_text("1 0.5 0.5 0.4 0.4\n" * 3)
    assert fit(photos=photos, labels=photos).intercept != models[0].intercept
    (photos / "00.txt").write_text("")
    assert models[0] == fit(photos=photos, labels=photos)
    assert 3 == len(list((tmp_path / "kept").iterdir()))


def test_what_lies_ready_is_taken_but_never_where_it_was_fitted_on_what_is_scored(
    tmp_path: Path, photos: Path, fit: Callable[..., ErrorModel]
) -> None:
    more = labelled_photos(tmp_path / "more", 21)
    scored = sorted(photos.glob("*.png"))
    fit(photos=photos, labels=photos)
    ready = next((tmp_path / "kept").iterdir()).rename(tmp_path / "errors.yaml")

    assert fit(photos=more, labels=more, ready=ready).fitted_on.startswith("20 photos of photos")
    assert fit(photos=more, labels=more, ready=ready, scored=scored[1:]).fitted_on.startswith("20 photos of photos")
    with pytest.raises(SystemExit, match=r"errors\.yaml: it seems to be fitted on what is scored.*--train-photos"):
        fit(photos=more, labels=more, ready=ready, scored=scored)
    with pytest.raises(SystemExit, match=r"some of the photos in .*more are scored here"):  # the first 20 are the same
        fit(photos=more, labels=more, scored=scored)


def test_train_photos_that_are_given_are_fitted_on_whatever_lies_beside_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = labelled_photos(tmp_path / "more", 18)
    for photo in more.glob("*.png"):
        cv2.imwrite(str(photo), 255 - read_photo(photo))
    package = write_package(tmp_path / "tiny", convolutional())
    (package / "errors.yaml").write_text("sha256: 0")
    monkeypatch.setattr(selection, "CHECKOUT", tmp_path)
    words = ["--package", package, "--photos", photos, "--labels", photos, "--train-photos", more]
    words += ["--train-labels", more, "--second-look", "{tiles: null}", "--rounds", 20, "--seeds", 2]

    selection.main([str(word) for word in words])

    assert "error model: 18 photos of more, variants of each: 15" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        selection.main([str(word) for word in (*words, "--errors", package / "errors.yaml")])
    assert 2 == ended.value.code


def test_the_help_says_who_looks_again_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        selection.main(["--help"])
    assert "default: 2 x 2 tiles, as an agent; {tiles: null}: none" in " ".join(capsys.readouterr().out.split())
    assert 2 == SecondLookSection().tiles
