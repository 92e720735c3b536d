"""The gate's measures against independent computations, and its reasons on made and real frames."""

from datetime import timedelta

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.attention import GateSection
from askance.edge.gate import BLINDING, GateMemory, Glance, difference_hash, glare, look, motion, sharpness
from askance.edge.values import Drop, Frame, Instant, Quality
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

Grey = NDArray[np.uint8]
SECTION = GateSection()


def frame(image: NDArray[np.uint8], *, seconds: float = 0) -> Frame:
    return Frame(image, CameraId("main"), Instant(round(seconds * 1e9), None, ClockQuality.NONE), 0)


def scene(seed: int = 0, *, height: int = 270, width: int = 480) -> NDArray[np.uint8]:
    """Sharp coloured rectangles."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 90, np.uint8)
    for _ in range(60):
        top, left = int(rng.integers(0, height - 20)), int(rng.integers(0, width - 20))
        image[top : top + int(rng.integers(8, 60)), left : left + int(rng.integers(8, 60))] = rng.integers(20, 235, 3)
    return image


def night() -> NDArray[np.uint8]:
    """A few lamps."""
    return np.where(scene() > 200, scene() // 4, scene() // 40).astype(np.uint8)


def first(image: NDArray[np.uint8], section: GateSection = SECTION) -> Glance:
    return look(GateMemory(), frame(image), section=section)


def passes(glance: Glance) -> bool:
    return isinstance(glance.seen, Quality)


def naive_means(grey: Grey, rows: int, columns: int) -> NDArray[np.float64]:
    """Average a grey image over fractional cells, by a weight matrix for each axis."""

    def weights(size: int, cells: int) -> NDArray[np.float64]:
        edges = np.arange(cells + 1) * size / cells
        pixels = np.arange(size)
        overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
        shares: NDArray[np.float64] = np.clip(overlap, 0, None) * cells / size
        return shares

    means: NDArray[np.float64] = weights(grey.shape[0], rows) @ grey.astype(float) @ weights(grey.shape[1], columns).T
    return means


def greys(seed: int) -> Grey:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (int(rng.integers(2, 30)), int(rng.integers(2, 40))), np.uint8)
    return cv2.resize(coarse, (160, 90), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


@given(st.integers(0, 10**6))
def test_the_hash_equals_a_naive_one_wherever_neighbours_differ_clearly(seed: int) -> None:
    tile = greys(seed)
    steps = np.diff(naive_means(tile, 8, 9), axis=1).ravel()
    bits = f"{difference_hash(tile):064b}"

    for bit, step in zip(bits, steps, strict=True):
        if abs(step) > 1:  # closer ones depend on how means are rounded
            assert bit == ("1" if step > 0 else "0")


def test_the_hash_of_a_ramp_is_all_ones_and_of_its_mirror_all_zeros() -> None:
    ramp = np.tile(np.arange(160, dtype=np.uint8), (90, 1))

    assert difference_hash(ramp) == 2**64 - 1
    assert difference_hash(np.ascontiguousarray(ramp[:, ::-1])) == 0
    assert difference_hash((np.indices((8, 9)).sum(axis=0) == 1).astype(np.uint8)) == 1 << 63


@given(st.integers(0, 10**6), st.sampled_from([(90, 160), (33, 47), (2, 3)]))
def test_sharpness_equals_its_formula_and_stays_below_one(seed: int, shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    padded = np.pad(grey.astype(float), 1, mode="reflect")
    laplacian = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * padded[1:-1, 1:-1]
    gradient = (np.diff(grey.astype(float), axis=0) ** 2).sum() + (np.diff(grey.astype(float), axis=1) ** 2).sum()

    assert min((laplacian**2).sum() / (8 * gradient), 0.999) == pytest.approx(sharpness(grey))


def test_an_image_without_edges_has_no_sharpness_and_a_one_pixel_chequer_as_much_as_can_be() -> None:
    assert sharpness(np.full((90, 160), 77, np.uint8)) == 0
    assert sharpness(np.full((1, 1), 77, np.uint8)) == 0
    assert sharpness((np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)) == 0.999


def test_sharpness_does_not_depend_on_contrast() -> None:
    grey = cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY).astype(np.uint8)
    faint = (grey // 4 * 2).astype(np.uint8)

    assert sharpness(grey) == pytest.approx(sharpness(faint), rel=0.05)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_motion_counts_pixels_that_differ_by_more_than_twelve(one: int, other: int) -> None:
    before, now = greys(one), greys(other)
    expected = (np.abs(before.astype(int) - now.astype(int)) > 12).mean()

    assert expected == pytest.approx(motion(before, now))
    assert motion(before, before) == 0


@given(st.integers(0, 10**6), st.integers(0, 90))
def test_glare_is_the_share_that_blinds_and_more_of_it_is_more(seed: int, rows: int) -> None:
    tile = greys(seed)
    blinded = np.concatenate((np.full((rows, 160), BLINDING, np.uint8), tile[rows:]))

    assert glare(tile) == pytest.approx((tile >= BLINDING).mean())
    assert max(glare(tile), rows / 90) <= glare(blinded) <= 1


def test_the_first_frame_passes_without_motion() -> None:
    glance = first(scene())

    assert isinstance(glance.seen, Quality)
    assert glance.seen.motion is None
    assert glance.memory.passed_ns == 0
    assert int(glance.seen.dhash, 16) == glance.memory.dhash


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        pytest.param(night(), "gate.dark", id="night"),
        pytest.param(255 - night(), "gate.bright", id="sun in the lens"),
        pytest.param(np.full((270, 480, 3), 128, np.uint8), "gate.flat", id="covered"),
        pytest.param(cv2.GaussianBlur(scene(), (0, 0), 6).astype(np.uint8), "gate.blurred", id="out of focus"),
    ],
)
def test_unfit_frames_are_dropped_and_not_remembered(image: NDArray[np.uint8], reason: str) -> None:
    glance = first(image)

    assert Drop(reason) == glance.seen
    assert glance.memory.tile is None
    assert glance.memory.passed_ns is None
    overdue = look(first(scene()).memory, frame(image, seconds=1000), section=SECTION)
    assert Drop(reason) == overdue.seen


def test_a_frame_like_the_last_one_is_still() -> None:
    memory = first(scene()).memory
    glance = look(memory, frame(scene(), seconds=1), section=SECTION)

    assert Drop("gate.still") == glance.seen
    assert memory.tile is glance.memory.tile


def test_a_still_frame_is_still_before_it_is_blurred_and_a_blurred_one_that_is_overdue_is_blurred() -> None:
    section = GateSection(motion=1.0, at_least=timedelta(seconds=10))  # whatever moves, it is still
    memory = first(scene(), section).memory
    fogged = cv2.GaussianBlur(scene(), (0, 0), 6).astype(np.uint8)

    assert Drop("gate.still") == look(memory, frame(fogged, seconds=9), section=section).seen
    assert Drop("gate.blurred") == look(memory, frame(fogged, seconds=10), section=section).seen


def test_sensor_noise_is_no_motion_and_a_small_object_is() -> None:
    still = scene()
    memory = first(still).memory
    noise = np.random.default_rng(1).normal(0, 5, still.shape)
    noisy = np.clip(still + noise, 0, 255).astype(np.uint8)
    walker = still.copy()
    walker[150:190, 200:214] = 255 - walker[150:190, 200:214] // 2

    assert Drop("gate.still") == look(memory, frame(noisy), section=SECTION).seen
    assert passes(look(memory, frame(walker), section=SECTION))


def test_slow_motion_adds_up_because_the_last_passing_frame_is_remembered() -> None:
    section = GateSection(motion=0.01, at_least=None)
    memory = first(scene(), section).memory
    passed: list[int] = []
    for step in range(1, 60):
        image = scene()
        image[100:160, 5 * step // 4 : 5 * step // 4 + 60] = 250
        glance = look(memory, frame(image), section=section)
        memory = glance.memory
        if passes(glance):
            passed.append(step)

    assert 2 <= len(passed) < 59


@pytest.mark.parametrize(
    ("at_least", "seconds", "passing"),
    [
        pytest.param(timedelta(seconds=10), 9.9, False, id="not yet"),
        pytest.param(timedelta(seconds=10), 10, True, id="now"),
        pytest.param(None, 10_000, False, id="never"),
    ],
)
def test_a_still_frame_passes_at_least_so_often(at_least: timedelta | None, seconds: float, *, passing: bool) -> None:
    section = GateSection(at_least=at_least)
    memory = first(scene(), section).memory
    grainy = scene()
    grainy[:4, :4] ^= 127

    assert passing == passes(look(memory, frame(grainy, seconds=seconds), section=section))


@pytest.mark.parametrize(
    ("frozen", "passing"), [(timedelta(seconds=60), False), (None, True)], ids=["may hang", "slides"]
)
def test_a_picture_that_may_be_frozen_does_not_pass_again_however_long_ago_it_did(
    frozen: timedelta | None, *, passing: bool
) -> None:
    section = GateSection(frozen=frozen)
    memory = first(scene(), section).memory

    assert passing == passes(look(memory, frame(scene(), seconds=50), section=section))


def test_a_faulty_picture_is_said_to_be_one_once_it_lasts() -> None:
    memory, troubles = first(scene()).memory, list[bool]()
    for seconds in (1, 2, 3.5):
        memory, seen = look(memory, frame(np.zeros((270, 480, 3), np.uint8), seconds=seconds), section=SECTION)
        assert Drop("gate.flat") == seen
        troubles.append(memory.picture.trouble is not None)
    memory, seen = look(memory, frame(scene(1), seconds=4), section=SECTION)

    assert [False, False, True] == troubles
    assert isinstance(seen, Quality)
    assert memory.picture.trouble is None


def test_a_copy_is_found_by_its_hash_although_pixels_changed() -> None:
    section = GateSection(duplicate=4, motion=0)
    memory = first(scene(), section).memory
    brighter = cv2.convertScaleAbs(scene(), alpha=1.0, beta=20).astype(np.uint8)

    assert Drop("gate.copy") == look(memory, frame(brighter), section=section).seen
    assert passes(look(memory, frame(brighter), section=GateSection(duplicate=-1, motion=0)))
    assert passes(look(memory, frame(scene(7)), section=section))
