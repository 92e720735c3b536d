"""What is wrong with a picture, done to real ones: glare, a smudge, a camera pushed aside; and real ones untouched."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance import shipped
from askance.edge.attention import GateSection
from askance.edge.gate import GateMemory, look
from askance.edge.rules import load_rules
from askance.edge.rules.conditions import Fault
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding
from askance.edge.values import Frame, Instant, Quality
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

Image = NDArray[np.uint8]
EVERY_S = 2
HEALTHY = 240
"""Frames before anything is wrong: eight minutes."""

LONG = 600


@cache
def fault() -> Fault:
    """What the default rules take for a bad picture."""
    config = shipped.folder("config")
    rules = load_rules([config / "rules" / "default.yaml"], labels=LabelMap.load(config / "labels.yaml")).rules
    (when,) = [rule.when for rule in rules if rule.id == "bad-picture"]
    assert isinstance(when, Fault)
    return when


def judged(images: Iterable[Image], *, every_s: float = EVERY_S) -> list[Finding]:
    """What the default rule says of the frames of a camera that pass the gate."""
    memory, section, found = GateMemory(), GateSection(motion=0.0, at_least=None, frozen=None), list[Finding]()
    for index, image in enumerate(images):
        taken = Instant(round(index * every_s * 1e9), None, ClockQuality.NONE)
        glance = look(memory, Frame(image, CameraId("main"), taken, index), section=section)
        memory = glance.memory
        assert isinstance(glance.seen, Quality)
        found.append(fault().evaluate(FrameFacts({}, glance.seen, draw=0.5, elapsed_ns=0)))
    return found


@pytest.fixture(scope="module")
def crossing(assets: Path) -> list[Image]:
    """A street, seen by a camera that hangs still."""
    read = (cv2.imread(str(path)) for path in sorted((assets / "video/crossing/img").glob("*.jpg")))
    return [image.astype(np.uint8) for image in read if image is not None]


def film(path: Path) -> Iterator[Image]:
    capture = cv2.VideoCapture(str(path))
    while (read := capture.read())[0]:
        yield read[1].astype(np.uint8)
    capture.release()


def spoilt(clip: list[Image], spoil: Callable[[Image], Image]) -> list[Finding]:
    """The clip again and again, spoilt after a while."""
    images = islice(cycle(clip), LONG)
    return judged(spoil(image) if index >= HEALTHY else image for index, image in enumerate(images))


def lamp(image: Image) -> Image:
    """Headlights right before the lens."""
    height, width = image.shape[:2]
    light = np.zeros((height, width, 1), np.float32)
    cv2.circle(light, (width // 3, height // 2), height // 3, (1.0,), -1)
    lit = np.clip(image + 400 * np.asarray(cv2.GaussianBlur(light, (0, 0), 3))[..., None], 0, 255)
    return np.asarray(lit, np.uint8)


def smudge(image: Image) -> Image:
    """A drop on the lens."""
    height, width = image.shape[:2]
    drop = np.zeros((height, width), np.float32)
    cv2.circle(drop, (width * 9 // 20, height * 3 // 5), height * 11 // 50, (1.0,), -1)
    soft = cv2.GaussianBlur(drop, (0, 0), 4)[..., None]
    return np.asarray(image * (1 - soft) + cv2.GaussianBlur(image, (0, 0), height / 12) * soft, np.uint8)


def pushed(image: Image) -> Image:
    """The camera looks a third of its view further to the right."""
    third = image.shape[1] // 3
    return cv2.copyMakeBorder(image[:, third:], 0, 0, 0, third, cv2.BORDER_REFLECT).astype(np.uint8)


def test_a_picture_as_it_is_has_no_fault(crossing: list[Image], assets: Path) -> None:
    assert not any(finding.matched for finding in judged(islice(cycle(crossing), LONG)))
    # some of these are blurred, as whoever carries the camera turns it
    ridden = judged(film(assets / "video/bikes.mp4"), every_s=0.04)
    assert {"the picture is good enough", "sharpness"} == {
        "sharpness" if finding.text.startswith("sharpness") else finding.text for finding in ridden
    }


def test_glare_is_told_while_it_blinds(crossing: list[Image]) -> None:
    found = spoilt(crossing, lamp)

    assert [False] * HEALTHY + [True] * (LONG - HEALTHY) == [finding.matched for finding in found]
    assert found[HEALTHY].text.endswith("% of the picture is blinding")


def test_dirt_is_told_when_it_has_stuck_for_ten_minutes(crossing: list[Image]) -> None:
    found = spoilt(crossing, smudge)

    first = [finding.matched for finding in found].index(True)
    assert (first - HEALTHY) * EVERY_S == pytest.approx(600, abs=60)
    assert found[first].text.endswith("of 64 cells have shown nothing for 10 min")
    assert found[-1].matched


def test_a_camera_that_was_pushed_is_told_from_half_a_minute_to_ten(crossing: list[Image]) -> None:
    found = spoilt(crossing, pushed)

    told = [index for index, finding in enumerate(found) if finding.matched]
    assert [HEALTHY + 30 // EVERY_S, HEALTHY + 600 // EVERY_S] == [told[0], told[-1]]
    assert len(told) == told[-1] - told[0] + 1
    assert found[told[0]].text.startswith("the camera looks elsewhere: 0.")
