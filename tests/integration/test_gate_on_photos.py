"""The gate on real photos, a real street, and pictures of any size."""

from pathlib import Path

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.attention import GateSection
from askance.edge.gate import GateMemory, Glance, look
from askance.edge.values import Drop, Frame, Instant, Quality
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

SECTION = GateSection()


def frame(image: NDArray[np.uint8], *, seconds: float = 0) -> Frame:
    return Frame(image, CameraId("main"), Instant(round(seconds * 1e9), None, ClockQuality.NONE), 0)


def squares(seed: int) -> NDArray[np.uint8]:
    """Sharp squares of colour."""
    return np.random.default_rng(seed).integers(20, 235, (9, 16, 3), np.uint8).repeat(30, axis=0).repeat(30, axis=1)


def first(image: NDArray[np.uint8]) -> Glance:
    return look(GateMemory(), frame(image), section=SECTION)


def passes(glance: Glance) -> bool:
    return isinstance(glance.seen, Quality)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.tuples(st.integers(1, 900), st.integers(1, 900)), st.integers(0, 1000))
def test_any_size_gives_measures_in_range_and_memory_changes_only_on_passing(
    seed: int, size: tuple[int, int], before: int
) -> None:
    memory = first(squares(before)).memory
    section = GateSection(structure=0)  # noise will do
    image = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    glance = look(memory, frame(image, seconds=3), section=section)

    assert (glance.memory.tile is memory.tile) != passes(glance)
    if isinstance(glance.seen, Quality):
        assert SECTION.sharpness <= glance.seen.sharpness < 1
        assert SECTION.darkest <= glance.seen.brightness <= SECTION.brightest
        assert glance.seen.motion is not None
        assert SECTION.motion <= glance.seen.motion <= 1
        assert len(glance.seen.dhash) == 16


def test_sharp_photos_pass_and_their_blurred_copies_do_not(assets: Path) -> None:
    photos = [cv2.imread(str(path)) for path in sorted((assets / "images/coco128/images/train2017").glob("*.jpg"))]
    images = [photo.astype(np.uint8) for photo in photos if photo is not None]
    blurred = [cv2.GaussianBlur(image, (0, 0), 3).astype(np.uint8) for image in images]

    assert 100 <= len(images) == sum(passes(first(image)) for image in images)
    assert 0.9 * len(images) < sum(first(image).seen == Drop("gate.blurred") for image in blurred)


def test_the_pedestrian_on_the_crossing_is_never_lost_for_long(assets: Path) -> None:
    names = sorted((assets / "video" / "crossing" / "img").glob("*.jpg"))
    memory, passed = GateMemory(), list[int]()
    for index, name in enumerate(names):
        image = np.asarray(cv2.imread(str(name)), np.uint8)
        memory, seen = look(memory, frame(image, seconds=index / 30), section=SECTION)
        if isinstance(seen, Quality):
            passed.append(index)

    assert len(names) == 120
    assert max(np.diff(passed)) <= 2
