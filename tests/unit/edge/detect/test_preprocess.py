"""Tests of how a frame becomes a tensor, and how boxes find back to the frame."""

import cv2
import numpy as np
import pytest

from askance.edge.detect.package import ModelInput
from askance.edge.detect.preprocess import Preprocessor
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


@pytest.mark.parametrize("wanted", [STRETCH, LETTERBOX])
def test_a_tensor_is_left_alone_while_the_frame_after_has_another_size(wanted: ModelInput) -> None:
    """The model may be looking at it: two cameras of different size take turns."""
    prepare = Preprocessor(wanted)
    running, _ = prepare(photo(60, 60))
    before = running.copy()

    prepare(photo(30, 60))

    np.testing.assert_array_equal(running, before)


def test_frames_of_changing_size_leave_nothing_of_each_other_behind() -> None:
    prepare = Preprocessor(LETTERBOX)
    first = prepare(photo(60, 60))[0].copy()
    prepare(photo(100, 20))
    np.testing.assert_array_equal(first, prepare(photo(60, 60))[0])


def test_two_tensors_serve_all_frames_in_turn() -> None:
    prepare = Preprocessor(STRETCH)
    tensors = [prepare(photo(60, 60))[0] for _ in range(4)]
    assert tensors[0] is tensors[2]
    assert tensors[1] is tensors[3]
    assert tensors[0] is not tensors[1]


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        pytest.param((64, 36), (1, 3, 24, 32), id="wide"),
        pytest.param((36, 64), (1, 3, 32, 24), id="tall"),
        pytest.param((10, 10), (1, 3, 32, 32), id="square"),
        pytest.param((1000, 1), (1, 3, 8, 32), id="a line"),
    ],
)
def test_an_input_with_a_stride_is_only_as_large_as_the_frame_needs(
    size: tuple[int, int], shape: tuple[int, ...]
) -> None:
    wanted = ModelInput(
        name="x", layout="nchw", width=32, height=32, colour="rgb", resize="letterbox", pad=114, stride=8
    )
    tensor, where = Preprocessor(wanted)(photo(*size))
    assert shape == tensor.shape
    assert (shape[3], shape[2]) == (where.input_width, where.input_height)
    covered = tensor[0, :, slice(*where.rows), slice(*where.columns)]
    resized = cv2.resize(photo(*size), (covered.shape[2], covered.shape[1]))[..., ::-1]
    np.testing.assert_array_equal(resized.transpose(2, 0, 1), covered)


def test_the_frame_itself_is_left_alone() -> None:
    image = photo(40, 20)  # of the input's own size, where resizing could be a view
    Preprocessor(STRETCH)(image)
    np.testing.assert_array_equal(photo(40, 20), image)


def test_a_crop_shows_the_middle_and_keeps_the_proportions() -> None:
    image = photo(64, 60)
    tensor, where = Preprocessor(STRETCH.model_copy(update={"resize": "crop"}))(image)
    np.testing.assert_array_equal(tensor[0], cv2.resize(image[14:46], (40, 20))[..., ::-1])
    assert (slice(14, 46), slice(0, 64)) == where.window()


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_every_grey_level_is_the_nearest_number_to_its_value(layout: str) -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    wanted = ModelInput.model_validate(
        {"name": "x", "layout": layout, "width": 16, "height": 16, "colour": "bgr", "scale": 1 / 255}
        | {"resize": "stretch", "mean": (0, 0.485, 0.5), "std": (1, 0.229, 0.5)}
    )
    tensor, _ = Preprocessor(wanted)(levels)
    exact = (levels / 255 - (0, 0.485, 0.5)) / (1, 0.229, 0.5)
    expected = exact if layout == "nhwc" else exact.transpose(2, 0, 1)
    np.testing.assert_array_equal(expected.astype(np.float32), tensor[0])
