"""Tests of how golden records are made."""

from pathlib import Path

import numpy as np
import pytest

from askance.edge.detect.model import Model
from askance.edge.detect.package import load_package, sha256_of
from askance.edge.values import Image
from askance.models.record import record_photos, record_scenes
from support_models import convolutional, silent, write_package


@pytest.fixture
def seeing(tmp_path: Path) -> Model:
    return Model(load_package(write_package(tmp_path / "tiny", convolutional())), threads=1)


@pytest.fixture
def blind(tmp_path: Path) -> Model:
    return Model(load_package(write_package(tmp_path / "blind", silent())), threads=1)


def photo(seed: int, height: int, width: int) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def test_the_surest_frames_are_recorded_with_their_images(seeing: Model) -> None:
    made = record_photos(seeing, [photo(seed, 40, 60) for seed in range(4)])
    assert made is not None
    assert [frame.file for frame in made.golden.frames] == [name for name, _ in made.images] or 2 == len(made.images)
    assert {frame.file for frame in made.golden.frames} == {name for name, _ in made.images}
    assert sha256_of(seeing.package.file) == made.golden.source_sha256


def test_large_photos_are_stored_small(seeing: Model) -> None:
    made = record_photos(seeing, [photo(1, 1000, 2000)])
    assert made is not None
    assert max(max(sight.box) for sight in made.golden.frames[0].sights) < 1000


def test_scenes_store_no_picture(seeing: Model) -> None:
    made = record_scenes(seeing)
    assert made is not None
    assert (2, ()) == (len(made.golden.frames), made.images)
    assert all(frame.scene is not None for frame in made.golden.frames)


def test_a_model_that_sees_nothing_has_no_record(blind: Model) -> None:
    assert record_scenes(blind) is None
    assert record_photos(blind, [photo(1, 20, 20)]) is None
