"""Faults of pictures: made ones are found, and none in photos."""

from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.attention import GateSection
from askance.edge.picture import GRAIN, WORDS, PictureMemory, inspect, same_picture, structure
from askance.edge.values import Drop

Grey = NDArray[np.uint8]
SECTION = GateSection(frozen=timedelta(seconds=10))
OFF = GateSection(contrast=0, structure=0, frozen=None)


def tile(seed: int = 0) -> Grey:
    """Soft blobs."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 16), np.uint8)
    return cv2.resize(coarse, (160, 90), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def snow(seed: int = 0) -> Grey:
    return np.random.default_rng(seed).integers(0, 256, (90, 160), np.uint8)


def flat(level: int) -> Grey:
    return np.full((90, 160), level, np.uint8)


def run(pictures: list[Grey], *, every_s: float, section: GateSection = SECTION) -> list[tuple[str | None, str | None]]:
    """Return each picture's fault and what is said of the camera then."""
    memory, found = PictureMemory(), list[tuple[str | None, str | None]]()
    for index, picture in enumerate(pictures):
        memory, fault = inspect(memory, picture, at_ns=round(index * every_s * 1e9), section=section)
        found.append((None if fault is None else fault.reason, memory.trouble))
    return found


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        pytest.param(flat(0), "gate.flat", id="black"),
        pytest.param(flat(90), "gate.flat", id="green"),
        pytest.param(flat(255), "gate.flat", id="white"),
        pytest.param(snow(), "gate.snow", id="snow"),
        pytest.param(tile(), None, id="a scene"),
        pytest.param(tile() // 16, None, id="a scene at night"),
    ],
)
def test_what_shows_nothing_is_a_fault(picture: Grey, reason: str | None) -> None:
    memory, fault = inspect(PictureMemory(), picture, at_ns=5, section=SECTION)

    assert (None if reason is None else Drop(reason)) == fault
    assert (None if reason is None else 5) == memory.faulty_ns
    assert memory.trouble is None


def test_a_fault_that_lasts_is_said_until_it_ends() -> None:
    found = run([tile(), *[flat(0)] * 4, tile(1)], every_s=1)

    assert [None, "gate.flat", "gate.flat", "gate.flat", "gate.flat", None] == [fault for fault, _ in found]
    assert [None, None, None, WORDS["gate.flat"], WORDS["gate.flat"], None] == [trouble for _, trouble in found]


def test_a_picture_is_frozen_once_it_has_been_the_same_for_long_enough() -> None:
    encoded_again = np.clip(tile().astype(int) + GRAIN, 0, 255).astype(np.uint8)
    found = run([tile(), encoded_again, tile(), tile(), tile(1), tile(1)], every_s=4)

    assert [None, None, None, "gate.frozen", None, None] == [fault for fault, _ in found]


def test_a_picture_that_drifts_is_not_frozen() -> None:
    found = run([np.clip(tile().astype(int) + step, 0, 255).astype(np.uint8) for step in range(40)], every_s=1)

    assert {(None, None)} == set(found)


def test_every_check_can_be_switched_off() -> None:
    assert {(None, None)} == set(run([flat(0)] * 3 + [snow()] * 20, every_s=10, section=OFF))


def test_the_same_picture_may_differ_by_its_grain_and_no_more() -> None:
    assert same_picture(flat(7), flat(7 + GRAIN))
    assert not same_picture(flat(7), flat(8 + GRAIN))


def test_structure_is_the_autocorrelation_of_neighbours(assets: Path) -> None:
    photos = sorted((assets / "images" / "coco128" / "images" / "train2017").glob("*.jpg"))
    images = [np.asarray(cv2.imread(str(photo), cv2.IMREAD_GRAYSCALE), np.uint8) for photo in photos]
    found = [structure(cv2.resize(image, (160, 90)).astype(np.uint8)) for image in images]
    values = snow().astype(float)
    steps = np.diff(values, axis=1)

    assert structure(flat(3)) == 1
    assert structure(snow()) == pytest.approx(1 - (steps**2).mean() / (2 * values.var()), abs=1e-5)
    assert abs(structure(snow())) < 0.05
    assert min(found) > SECTION.structure
