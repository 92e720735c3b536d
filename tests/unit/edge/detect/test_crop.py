"""Crops are squares round an object, inside the frame, that hold the object."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.crop import Crop, around


def test_a_crop_is_a_square_round_the_middle_of_the_object() -> None:
    assert Crop(85, 70, 145, 130) == around(np.array([100, 80, 130, 120], np.float32), scale=1.5, width=640, height=480)


def test_near_a_border_it_is_moved_and_not_cut() -> None:
    assert Crop(0, 0, 60, 60) == around(np.array([0, 0, 30, 40], np.float32), scale=1.5, width=640, height=480)


def test_one_that_is_longer_than_the_frame_is_cut() -> None:
    assert Crop(110, 0, 530, 300) == around(np.array([220, 0, 420, 280], np.float32), scale=1.5, width=640, height=300)


@given(st.data(), st.integers(1, 300), st.integers(1, 300), st.floats(1, 8))
def test_any_crop_lies_in_its_frame_and_holds_its_object(
    data: st.DataObject, width: int, height: int, scale: float
) -> None:
    left, top = data.draw(st.floats(0, width - 0.01)), data.draw(st.floats(0, height - 0.01))
    right, bottom = data.draw(st.floats(left, width)), data.draw(st.floats(top, height))

    crop = around(np.array([left, top, right, bottom], np.float32), scale=scale, width=width, height=height)

    assert 0 <= crop.left < crop.right <= width
    assert 0 <= crop.top < crop.bottom <= height
    assert crop.left <= left + 1
    assert crop.right >= right - 1
    assert crop.top <= top + 1
    assert crop.bottom >= bottom - 1
