"""Tests of how a frame becomes a tensor, and how boxes find back to the frame."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.package import ModelInput
from askance.edge.detect.preprocess import Preprocessor, fit
from askance.edge.values import Image

STRETCH = ModelInput(name="x", layout="nhwc", width=40, height=20, colour="rgb", resize="stretch")
LETTERBOX = STRETCH.model_copy(update={"resize": "letterbox", "pad": 114})


def photo(width: int, height: int) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@pytest.mark.parametrize("colour", ["rgb", "bgr"])
def test_stretched_pixels_are_ordered_and_scaled_as_the_card_says(layout: str, colour: str) -> None:
    changes = {"layout": layout, "colour": colour, "scale": 0.5, "mean": (1.0, 2.0, 3.0), "std": (2.0, 4.0, 8.0)}
    image = photo(64, 48)
    tensor, _ = Preprocessor(STRETCH.model_copy(update=changes))(image)
    resized = cv2.resize(image, (40, 20))[..., :: -1 if colour == "rgb" else 1]
    expected = (resized * 0.5 - [1.0, 2.0, 3.0]) / [2.0, 4.0, 8.0]
    got = tensor[0] if layout == "nhwc" else np.moveaxis(tensor[0], 0, 2)
    np.testing.assert_allclose(got, expected, atol=1e-4)
    assert np.float32 == tensor.dtype


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_an_integer_input_takes_pixels_as_they_are(dtype: str) -> None:
    image = photo(64, 48)
    tensor, _ = Preprocessor(STRETCH.model_copy(update={"dtype": dtype}))(image)
    np.testing.assert_array_equal(tensor[0], cv2.resize(image, (40, 20))[..., ::-1])
    assert np.dtype(dtype) == tensor.dtype


@pytest.mark.parametrize(
    ("place", "rows", "columns"),
    [
        pytest.param("centre", (0, 20), (10, 30), id="centre"),
        pytest.param("top-left", (0, 20), (0, 20), id="top left"),
    ],
)
def test_a_letterbox_keeps_proportions_and_pads_the_rest(
    place: str, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    image = photo(60, 60)
    tensor, where = Preprocessor(LETTERBOX.model_copy(update={"place": place}))(image)
    assert (rows, columns) == (where.rows, where.columns)
    expected = np.full((20, 40, 3), 114.0)
    expected[:, columns[0] : columns[1]] = cv2.resize(image, (20, 20))[..., ::-1]
    np.testing.assert_array_equal(tensor[0], expected)


def test_frames_of_changing_size_leave_nothing_of_each_other_behind() -> None:
    prepare = Preprocessor(LETTERBOX)
    first = prepare(photo(60, 60))[0].copy()
    prepare(photo(100, 20))
    np.testing.assert_array_equal(first, prepare(photo(60, 60))[0])


def test_the_same_memory_serves_every_frame() -> None:
    prepare = Preprocessor(STRETCH)
    assert prepare(photo(60, 60))[0] is prepare(photo(60, 60))[0]


def test_the_frame_itself_is_left_alone() -> None:
    image = photo(40, 20)  # of the input's own size, where resizing could be a view
    Preprocessor(STRETCH)(image)
    np.testing.assert_array_equal(photo(40, 20), image)


@given(
    width=st.integers(1, 4000),
    height=st.integers(1, 4000),
    resize=st.sampled_from(["stretch", "letterbox"]),
    place=st.sampled_from(["centre", "top-left"]),
)
def test_the_covered_part_of_the_input_is_the_whole_frame(width: int, height: int, resize: str, place: str) -> None:
    where = fit(STRETCH.model_copy(update={"resize": resize, "place": place}), width=width, height=height)
    assert 0 <= where.rows[0] < where.rows[1] <= 20
    assert 0 <= where.columns[0] < where.columns[1] <= 40
    covered = np.array([[where.columns[0], where.rows[0], where.columns[1], where.rows[1]]], np.float64)
    np.testing.assert_allclose(where.to_frame(covered), [[0, 0, width, height]], atol=1e-6)


def test_boxes_are_clipped_to_the_frame() -> None:
    where = fit(STRETCH, width=80, height=40)
    np.testing.assert_array_equal(where.to_frame(np.array([[-5.0, 2.0, 50.0, 30.0]])), [[0, 4, 80, 40]])
