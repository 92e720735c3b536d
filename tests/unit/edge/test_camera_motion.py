"""Views cut out of real photos show by how much a camera moved, and what else moves is not taken for it."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.camera_motion import STILL, CameraMotion, estimate, shifted

Grey = NDArray[np.uint8]
SIZE = (960, 540)
TILE = (160, 90)
PHOTOS = 24


@pytest.fixture(scope="module")
def photos(assets: Path) -> list[Grey]:
    """Grey photos, larger than the views that are cut out of them."""
    files = sorted((assets / "images" / "coco128" / "images" / "val2017").glob("*.jpg"))[:PHOTOS]
    greys = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files]
    return [np.asarray(cv2.resize(grey, (1280, 720)), np.uint8) for grey in greys if grey is not None]


def tile(photo: Grey, *, right: int = 0, down: int = 0, noise: float = 0.0) -> Grey:
    """The view that a camera has when the picture is moved, as small as the gate makes it."""
    left, top = 160 - right, 90 - down
    view = photo[top : top + SIZE[1], left : left + SIZE[0]]
    grains = np.random.default_rng(7).normal(0, noise, view.shape)
    noisy = np.clip(view + grains, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(noisy, TILE, interpolation=cv2.INTER_AREA), np.uint8)


def moved(motion: CameraMotion | None) -> tuple[float, float]:
    assert motion is not None
    right, down = motion.affine[:, 2].tolist()
    return right, down


@pytest.mark.parametrize(("right", "down"), [(10, 4), (-24, 12), (60, -30), (0, 80), (120, 40)])
def test_a_view_that_moved_is_measured_to_a_few_pixels(photos: list[Grey], right: int, down: int) -> None:
    for photo in photos:
        motion = estimate(tile(photo), tile(photo, right=right, down=down, noise=4), size=SIZE)

        assert pytest.approx((right, down), abs=3) == moved(motion)
        assert motion is not None
        assert np.eye(2).tolist() == motion.affine[:, :2].tolist()


def test_a_view_that_only_became_noisier_is_still(photos: list[Grey]) -> None:
    assert all(estimate(tile(photo), tile(photo, noise=8), size=SIZE) is STILL for photo in photos)


def test_another_view_is_no_motion_but_another_scene(photos: list[Grey]) -> None:
    found = [estimate(tile(one), tile(other), size=SIZE) for one, other in pairwise(photos)]

    assert all(each is None or each is STILL for each in found)
    assert sum(each is None for each in found) >= 0.9 * len(found)


def test_a_view_that_became_brighter_moves_as_one_that_did_not(photos: list[Grey]) -> None:
    for photo in photos:
        brighter = np.clip(tile(photo, right=24).astype(np.float64) * 1.2 + 10, 0, 255).astype(np.uint8)

        assert pytest.approx((24, 0), abs=3) == moved(estimate(tile(photo), brighter, size=SIZE))


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_picture_of_nothing_is_still(level: int) -> None:
    blank = np.full((TILE[1], TILE[0]), level, np.uint8)

    assert estimate(blank, blank, size=SIZE) is STILL


def test_an_object_that_crosses_the_view_is_no_motion_of_the_camera(photos: list[Grey]) -> None:
    """A fifth of the view moves by 30 pixels before what stays."""
    for photo, other in pairwise(photos):
        before, now = tile(photo), tile(photo)
        before[20:70, 50:110], now[20:70, 55:115] = other[:50, :60], other[:50, :60]

        assert estimate(before, now, size=SIZE) is STILL


def test_a_motion_has_two_rows_and_three_columns() -> None:
    assert [[1, 0, 7], [0, 1, -3]] == shifted(7, -3).affine.tolist()
    assert [[1, 0, 0], [0, 1, 0]] == STILL.affine.tolist()
    with pytest.raises(ValueError, match=r"expected an affine of shape \(2, 3\), got \(3, 3\)"):
        CameraMotion(np.eye(3))
