"""Tests of turned boxes: their rectangles, their likeness, their suppression."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode.rotated import AngleTail, probabilistic_iou
from askance.edge.detect.fit import Fit
from support_decode import same

BOX = st.tuples(
    st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 300), st.floats(0, 300), st.floats(-10, 10)
).map(lambda numbers: np.array([numbers], np.float64))


def rows(*boxes: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Split boxes of centre, size and degrees into what the decoder has: middles and radians."""
    table = np.array(boxes, np.float64).reshape(-1, 5)
    return table[:, :4], np.radians(table[:, 4:])


def test_the_rectangle_around_a_box_turned_by_a_right_angle_is_the_box_on_its_side() -> None:
    middles, tail = rows((50, 50, 40, 10, 90), (50, 50, 40, 10, 180), (0, 0, math.sqrt(2), math.sqrt(2), 45))
    expected = [[45, 30, 55, 70], [30, 45, 70, 55], [-1, -1, 1, 1]]
    np.testing.assert_allclose(AngleTail().upright(middles, tail), expected)


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        pytest.param(30, 30, id="as given"),
        pytest.param(180, 180, id="half a turn stays"),
        pytest.param(-180, 180, id="the other half is the same"),
        pytest.param(190, -170, id="beyond half a turn"),
        pytest.param(-380, -20, id="more than a turn"),
    ],
)
def test_angles_are_degrees_within_one_turn(degrees: float, expected: float) -> None:
    middles, tail = rows((8, 8, 4, 2, degrees))
    (one,) = AngleTail().shapes(middles, tail, boxes=middles, outputs={}, fit=same(width=16))
    assert pytest.approx(expected) == one.degrees


def test_a_turned_box_comes_in_pixels_of_the_frame() -> None:
    fit = Fit(40, 40, 20, 40, scale=(0.5, 0.5), shift=(0, 10), rows=(10, 30), columns=(0, 20))
    middles, tail = rows((5, 20, 4, 2, 30))
    (one,) = AngleTail().shapes(middles, tail, boxes=middles, outputs={}, fit=fit)
    assert ((10.0, 20.0), (8.0, 4.0)) == (one.centre, one.size)


def test_likeness_of_two_circles_is_that_of_the_paper() -> None:
    """Two circles of variance 1/12 a distance of 1 apart have a Bhattacharyya distance of 12 / 8."""
    one, other = np.array([[0.0, 0, 1, 1, 0.3]]), np.array([[1.0, 0, 1, 1, 2.0]])
    np.testing.assert_allclose(probabilistic_iou(one, other), [[1 - math.sqrt(1 - math.exp(-1.5))]])


@given(one=BOX, other=BOX)
def test_likeness_is_symmetric_bounded_and_whole_only_with_itself(
    one: NDArray[np.float64], other: NDArray[np.float64]
) -> None:
    likeness = probabilistic_iou(one, other)[0, 0]
    assert 0 <= likeness <= 1
    np.testing.assert_allclose(probabilistic_iou(other, one)[0, 0], likeness, atol=1e-3)
    np.testing.assert_allclose(probabilistic_iou(one, one), [[1]], atol=1e-3)
    turned = one + np.array([0, 0, 0, 0, math.pi])
    np.testing.assert_allclose(probabilistic_iou(one, turned), [[1]], atol=1e-3)


def test_a_box_is_dropped_for_a_better_one_of_its_class_that_lies_alike() -> None:
    middles, tail = rows((50, 50, 40, 10, 0), (51, 50, 40, 10, 2), (50, 50, 40, 10, 90), (50, 50, 40, 10, 0))
    classes = np.array([0, 0, 0, 1])
    assert [0, 2, 3] == AngleTail().suppress(middles, tail, classes=classes, iou=0.7, most=9).tolist()


def test_a_dropped_box_still_drops_others() -> None:
    middles, tail = rows((50, 50, 40, 40, 0), (57, 50, 40, 40, 0), (64, 50, 40, 40, 0))
    likeness = probabilistic_iou(np.hstack([middles, tail]), np.hstack([middles, tail]))
    assert likeness[0, 1] > 0.6 > likeness[0, 2]
    assert [0] == AngleTail().suppress(middles, tail, classes=np.zeros(3, int), iou=0.6, most=9).tolist()


def test_the_best_blocks_suffice_when_they_yield_enough() -> None:
    many = [(index * 100.0, 0.0, 10.0, 10.0, 0.0) for index in range(700)]
    middles, tail = rows(*many, many[0])
    classes = np.zeros(701, int)
    tails = AngleTail()
    assert list(range(700)) == tails.suppress(middles, tail, classes=classes, iou=0.5, most=1000).tolist()
    assert list(range(310)) == tails.suppress(middles, tail, classes=classes, iou=0.5, most=310).tolist()
    assert [] == tails.suppress(*rows(), classes=classes[:0], iou=0.5, most=9).tolist()
