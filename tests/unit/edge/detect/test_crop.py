"""Crops lie inside the frame: squares that hold an object, and tiles that hold all of it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.crop import Crop, around, tiles


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


def test_two_tiles_a_side_have_a_fifth_of_the_frame_in_common() -> None:
    assert (
        Crop(0, 0, 60, 120),
        Crop(40, 0, 100, 120),
        Crop(0, 80, 60, 200),
        Crop(40, 80, 100, 200),
    ) == tiles(100, 200, count=2, overlap=0.2)


def test_one_tile_is_the_frame() -> None:
    assert (Crop(0, 0, 33, 7),) == tiles(33, 7, count=1, overlap=0.0)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 4), st.floats(0, 0.5))
def test_tiles_are_of_one_size_differ_and_cover_the_frame(width: int, height: int, count: int, overlap: float) -> None:
    parts = tiles(width, height, count=count, overlap=overlap)

    covered = np.zeros((height, width), np.bool_)
    for part in parts:
        assert 0 <= part.left < part.right <= width
        assert 0 <= part.top < part.bottom <= height
        covered[part.top : part.bottom, part.left : part.right] = True
    assert covered.all()
    assert 1 == len({(part.right - part.left, part.bottom - part.top) for part in parts})
    assert len(set(parts)) == len(parts) <= count**2
