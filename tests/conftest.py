"""Fixtures that two or more folders of tests use."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

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
