"""Fixtures that two or more folders of tests use."""

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import settings

from askance import shipped
from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.detect.panel import Panel
from askance.edge.values import Image
from askance.labels import LabelMap
from support_broker import Mosquitto, find_mosquitto

CHECKOUT = Path(__file__).parents[1]

settings.register_profile("house", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("house")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of this checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of real weights, labelled photos and clips; a test that needs it is skipped without it."""
    folder = Path(os.environ.get("ASKANCE_TEST_ASSETS", CHECKOUT.parent / "shared" / "assets"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"no test assets in {folder}: set ASKANCE_TEST_ASSETS")
    return folder


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of this test's own; not started yet: ``mosquitto.start(extra_config)``."""
    if find_mosquitto() is None:
        pytest.skip("no mosquitto on this machine: apt-get install mosquitto")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder)
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def labels() -> LabelMap:
    """The shipped label map."""
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


@pytest.fixture(scope="session")
def detector(labels: LabelMap) -> Detector:
    """The shipped detector."""
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    return Detector(package, labels, section=DetectorSection())


@pytest.fixture(scope="session")
def lane() -> Iterator[Lane]:
    """A thread for forward passes."""
    opened = Lane()
    yield opened
    opened.close()


@pytest.fixture
def panel(detector: Detector, lane: Lane) -> Panel:
    """The shipped detector alone."""
    return Panel(detector, (), lane=lane)


@pytest.fixture(scope="session")
def photo(assets: Path) -> Image:
    """Two people, near and sharp."""
    return np.asarray(cv2.imread(str(assets / "images" / "zidane.jpg")), np.uint8)
