"""Tests of lifting: project a box, find it again from its points alone."""

from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.pose import Intrinsics, lift, placed
from askance.edge.detections import Detections
from askance.edge.shapes import Placement, Solid, Whole

CAMERA = Intrinsics(focal=(600.0, 620.0), middle=(320.0, 240.0))
CORNERS = np.array([(0, 0, 0), *product((-0.5, 0.5), repeat=3)])

Three = tuple[float, float, float]
SIDES = st.floats(0.3, 2.0)


def seen(turn: NDArray[np.float64], translation: Three, size: Three) -> NDArray[np.float64]:
    """Project a box: (9, 2)."""
    points = CORNERS * size @ turn.T + translation
    projected: NDArray[np.float64] = points[:, :2] / points[:, 2:] * CAMERA.focal + CAMERA.middle
    return projected


def turn_of(placement: Placement) -> NDArray[np.float64]:
    """Turn the three axes by the quaternion: q v q*."""
    w, vector = placement.rotation[0], np.array(placement.rotation[1:])
    axes = np.eye(3)
    return np.array([v + 2 * np.cross(vector, np.cross(vector, v) + w * v) for v in axes]).T


def rotation(*vector: float) -> NDArray[np.float64]:
    return cv2.Rodrigues(np.array(vector))[0].astype(np.float64)


UPRIGHT = rotation(np.pi, 0.0, 0.0) @ rotation(0.0, 0.7, 0.0)
"""An object that stands: its own y is up, and the camera's is down."""


@given(
    vector=st.tuples(*[st.floats(-3, 3)] * 3),
    translation=st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(3, 9)),
    size=st.tuples(SIDES, SIDES, SIDES),
)
def test_a_box_is_found_again_and_metric_when_its_height_is_known(
    vector: Three, translation: Three, size: Three
) -> None:
    points = seen(rotation(*vector), translation, size)
    found = lift(points, CAMERA, height=size[1])
    assert found is not None
    assert found.metric
    np.testing.assert_allclose(turn_of(found), rotation(*vector), atol=1e-3)
    np.testing.assert_allclose(found.size, size, rtol=1e-3)
    np.testing.assert_allclose(found.translation, translation, atol=1e-2)
    assert np.abs(seen(turn_of(found), found.translation, found.size) - points).max() < 0.5
    assert pytest.approx(1.0) == np.linalg.norm(found.rotation)
    assert 0 <= found.rotation[0]


def test_without_a_height_all_lengths_are_multiples_of_it() -> None:
    found = lift(seen(UPRIGHT, (0.2, 0.1, 4.0), (0.6, 0.8, 0.4)), CAMERA)
    assert found is not None
    assert not found.metric
    np.testing.assert_allclose(found.size, [0.75, 1.0, 0.5], rtol=1e-3)
    np.testing.assert_allclose(found.translation, [0.25, 0.125, 5.0], rtol=1e-3)


@given(seed=st.integers(0, 999))
def test_points_that_are_somewhat_off_still_give_a_box_that_projects_near_them(seed: int) -> None:
    chance = np.random.default_rng(seed)
    points = seen(UPRIGHT, (0.2, 0.1, 4.0), (0.6, 0.9, 0.5)) + chance.normal(0, 2.0, (9, 2))
    found = lift(points, CAMERA, height=0.9)
    assert found is not None
    off = seen(turn_of(found), found.translation, found.size)[1:] - points[1:]
    assert np.sqrt((off**2).sum(axis=1).mean()) < 2 * np.sqrt(2) * 2.0
    assert np.trace(turn_of(found).T @ UPRIGHT) > 1 + 2 * np.cos(np.radians(30))


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(np.full((9, 2), 100.0), id="all on one place"),
        pytest.param(
            seen(UPRIGHT, (0.2, 0.1, 4.0), (0.6, 0.9, 0.5))[[0, 2, 1, 4, 3, 6, 5, 8, 7]],
            id="a box and its mirror image",
        ),
        pytest.param(np.stack([np.linspace(0, 90, 9), np.full(9, 50.0)], axis=1), id="all on one line"),
        pytest.param(
            seen(UPRIGHT, (0.2, 0.1, 4.0), (0.6, 0.9, 0.5))[[0, *1 + np.random.default_rng(11).permutation(8)]],
            id="corners in a wrong order",
        ),
        pytest.param(np.random.default_rng(1).uniform(0, 200, (9, 2)), id="anywhere"),
    ],
)
def test_where_there_is_no_box_there_is_no_place(points: NDArray[np.float64]) -> None:
    assert lift(points, CAMERA) is None


def test_only_3d_boxes_are_placed_each_by_its_labels_height() -> None:
    points = seen(UPRIGHT, (0.2, 0.1, 4.0), (0.6, 0.8, 0.4))
    rows = Detections(
        boxes=np.zeros((3, 4), np.float32),
        scores=np.ones(3, np.float32),
        label_ids=np.array([7, 8, 1], np.int32),
        class_scores=None,
        reported=np.ones(3, np.bool_),
        shapes=(Solid(points), Solid(points), Whole()),
    )
    after = placed(rows, CAMERA, heights={7: 0.8})
    assert after.shapes is not None
    known, unknown, tag = after.shapes
    assert isinstance(known, Solid)
    assert isinstance(unknown, Solid)
    assert known.placement is not None
    assert unknown.placement is not None
    assert (True, False) == (known.placement.metric, unknown.placement.metric)
    np.testing.assert_allclose(known.placement.translation, [0.2, 0.1, 4.0], rtol=1e-3)
    assert Whole() == tag


def test_plain_boxes_stay_as_they_are() -> None:
    nothing = np.empty(0, np.float32)
    rows = Detections(nothing.reshape(0, 4), nothing, np.empty(0, np.int32), None, np.empty(0, np.bool_))
    assert placed(rows, CAMERA, heights={}) is rows


def test_a_camera_without_a_focal_length_is_not_born() -> None:
    with pytest.raises(ValueError, match="focal"):
        Intrinsics(focal=(600.0, 0.0), middle=(320.0, 240.0))
