"""The selection benchmark takes an error model that suits: of exactly these looks, and fitted on no scored photo."""

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from packages import find_package
from selecting.fitted import fitted

from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.labels import LabelMap
from support_models import convolutional, labelled_photos, write_package


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return labelled_photos(tmp_path / "photos", 20)


def test_a_model_that_was_fitted_after_other_looks_is_not_taken(tmp_path: Path, checkout: Path, photos: Path) -> None:
    names = LabelMap.load(checkout / "config" / "labels.yaml")
    package = find_package(write_package(tmp_path / "tiny", convolutional()), assets=tmp_path)
    detector = Detector(package, names, section=DetectorSection(probe=False))
    fit_beside = partial(fitted, detector, names=names, photos=photos, labels=photos, kept=tmp_path / "kept")
    with closing(Lane()) as lane:
        tiles, mirror = (
            SecondLook(detector, SecondLookSection.model_validate(section), lane=lane)
            for section in ({}, {"tiles": None, "mirror": True})
        )
        models = [fit_beside(second) for second in (None, tiles, mirror, tiles)]

    assert [None, "tiles", "mirror", "tiles"] == [
        None if model.again is None else next(iter(model.again.looks)) for model in models
    ]
    assert 3 == len(list((tmp_path / "kept").iterdir()))
    assert models[1] == models[3]
