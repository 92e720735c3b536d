"""Tests of the orders and units in which models write boxes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.decode.coordinates import Coordinates, Order, Units, corners
from support_decode import same

FIT = same(width=200, height=100)


@pytest.mark.parametrize(
    ("order", "units", "numbers"),
    [
        pytest.param("cxcywh", "pixels", [50, 20, 40, 10], id="centre and size"),
        pytest.param("xyxy", "pixels", [30, 15, 70, 25], id="corners"),
        pytest.param("yxyx", "pixels", [15, 30, 25, 70], id="corners, y first"),
        pytest.param("cxcywh", "shares", [0.25, 0.2, 0.2, 0.1], id="shares of width and height"),
        pytest.param("yxyx", "shares", [0.15, 0.15, 0.25, 0.35], id="TensorFlow's"),
    ],
)
def test_every_order_tells_the_same_box(order: Order, units: Units, numbers: list[float]) -> None:
    wanted = Coordinates(order=order, units=units)
    np.testing.assert_allclose(wanted.middles(np.array([numbers], np.float32), FIT), [[50, 20, 40, 10]], rtol=1e-6)


def test_the_models_own_numbers_stay_as_they_are() -> None:
    given_numbers = np.array([[0.5, 0.5, 1.0, 1.0]])
    Coordinates(order="cxcywh", units="shares").middles(given_numbers, FIT)
    np.testing.assert_array_equal(given_numbers, [[0.5, 0.5, 1.0, 1.0]])


@given(st.lists(st.tuples(*[st.floats(-1e4, 1e4)] * 4), max_size=5))
def test_corners_undo_centre_and_size(boxes: list[tuple[float, ...]]) -> None:
    numbers = np.array(boxes, np.float64).reshape(-1, 4)
    np.testing.assert_allclose(corners(Coordinates().middles(numbers, FIT)), numbers, atol=1e-8)
