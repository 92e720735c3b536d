"""The corners of a box and the rectangle around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.wire.annotations import Box
from askance.wire.geometry import corners, upright


def box(rotation: float | None) -> Box:
    return Box(label_id=1, label="person", x=10, y=20, width=8, height=4, rotation=rotation)


def test_a_box_that_is_not_turned_is_its_own_rectangle() -> None:
    assert (10, 20, 8, 4) == upright(box(None))
    assert [(10, 20), (18, 20), (18, 24), (10, 24)] == corners(box(None))


def test_a_quarter_turn_is_clockwise_with_y_downwards() -> None:
    turned = [(16, 18), (16, 26), (12, 26), (12, 18)]
    assert turned == [pytest.approx(corner) for corner in corners(box(90))]
    assert pytest.approx((12, 18, 4, 8)) == upright(box(90))


@given(st.floats(-179, 180))
def test_the_rectangle_is_that_of_the_corners(rotation: float) -> None:
    x, y = zip(*corners(box(rotation)), strict=True)

    assert pytest.approx((min(x), min(y), max(x) - min(x), max(y) - min(y))) == upright(box(rotation))
