"""A frame finds its place in the input, and points find back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.fit import fit
from askance.edge.detect.package import ModelInput

STRETCH = ModelInput(name="x", layout="nhwc", width=40, height=20, colour="rgb", resize="stretch")


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


@given(width=st.integers(1, 4000), height=st.integers(1, 4000), stride=st.sampled_from([1, 2, 8, 32]))
def test_an_input_with_a_stride_is_a_multiple_of_it_and_holds_the_frame(width: int, height: int, stride: int) -> None:
    wanted = STRETCH.model_copy(update={"resize": "letterbox", "width": 64, "height": 96, "stride": stride})
    where = fit(wanted, width=width, height=height)
    for size, most, covered in ((where.input_width, 64, where.columns), (where.input_height, 96, where.rows)):
        assert 0 == size % stride
        assert covered[1] <= size <= most
        assert size - (covered[1] - covered[0]) < stride


def test_points_beyond_the_frame_are_not_clipped() -> None:
    where = fit(STRETCH, width=80, height=40)
    np.testing.assert_array_equal(where.to_frame(np.array([[-5.0, 2.0, 50.0, 30.0]])), [[-10, 4, 100, 60]])


@given(width=st.integers(1, 4000), height=st.integers(1, 4000), sides=st.sampled_from([(320, 320), (640, 384)]))
def test_a_letterbox_has_the_borders_of_the_tool_that_trains_most_models(
    width: int, height: int, sides: tuple[int, int]
) -> None:
    """Ultralytics rounds half a pixel of padding down on the left and on top: an odd border is wider below."""
    wanted = STRETCH.model_copy(update={"resize": "letterbox", "width": sides[0], "height": sides[1], "stride": 32})
    where = fit(wanted, width=width, height=height)
    ratio = min(sides[0] / width, sides[1] / height)
    for axis, side in enumerate((width, height)):
        new = max(round(side * ratio), 1)
        free = (sides[axis] - new) % 32
        first = round(free / 2 - 0.1)
        assert (first, first + new) == (where.columns, where.rows)[axis]
        assert new + free == (where.input_width, where.input_height)[axis]


@given(
    width=st.integers(1, 4000),
    height=st.integers(1, 4000),
    resize=st.sampled_from(["stretch", "letterbox"]),
    place=st.sampled_from(["centre", "top-left"]),
)
def test_whatever_is_not_cropped_shows_the_whole_frame(width: int, height: int, resize: str, place: str) -> None:
    where = fit(STRETCH.model_copy(update={"resize": resize, "place": place}), width=width, height=height)
    assert (slice(0, height), slice(0, width)) == where.window()


@given(width=st.integers(1, 4000), height=st.integers(1, 4000))
def test_a_crop_fills_the_input_with_the_largest_part_of_its_proportions_from_the_middle(
    width: int, height: int
) -> None:
    where = fit(STRETCH.model_copy(update={"resize": "crop"}), width=width, height=height)
    assert ((0, 20), (0, 40)) == (where.rows, where.columns)
    rows, columns = where.window()
    tall, wide = rows.stop - rows.start, columns.stop - columns.start
    assert tall == height or wide == width
    assert abs(wide - 2 * tall) <= 1 or 1 == tall == width
    for part, size in ((rows, height), (columns, width)):
        assert 0 <= part.start < part.stop <= size
        assert abs(part.start - (size - part.stop)) <= 1
    ends = np.array([[0.0, 0.0, 40.0, 20.0]])
    np.testing.assert_allclose(where.to_frame(ends), [[columns.start, rows.start, columns.stop, rows.stop]], atol=1e-6)
