"""Frame pixels become pixels of the stored image."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.annotate.canvas import Canvas, flat, tight
from askance.edge.shapes import Region, Scope


def region(rows: int = 2, columns: int = 3, *, left: int = 4, top: int = 1) -> Region:
    return Region(left, top, np.ones((rows, columns), np.bool_), Scope.INSTANCE)


@given(st.lists(st.floats(0, 1920, width=32), min_size=4, max_size=4), st.sampled_from([1.0, 1.5, 2.0, 3.0]))
def test_a_box_inside_the_frame_stays_inside_after_rounding(sides: list[float], scale: float) -> None:
    left, right = sorted(sides[:2])
    top, bottom = sorted(sides[2:])
    side = int(1920 * scale)

    box = Canvas(side, side, (scale, scale)).rectangle(np.array([left, top, right, bottom], np.float32))

    assert box["x"] + box["width"] <= side + 0.01
    assert box["y"] + box["height"] <= side + 0.01
    ends = [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]
    assert np.allclose(np.array([left, top, right, bottom]) * scale, ends, atol=0.011)


def test_a_box_beyond_the_image_is_cut_to_it() -> None:
    assert {"x": 0.0, "y": 1.0, "width": 10.0, "height": 7.0} == Canvas(10, 8).rectangle(
        np.array([-5, 1, 50, 50], np.float32)
    )


def test_a_region_lies_where_it_lay_in_the_frame() -> None:
    mask = Canvas(10, 6).mask(region())

    assert {(row, column) for row in (1, 2) for column in (4, 5, 6)} == {(y, x) for y, x in np.argwhere(mask)}


def test_a_region_of_the_smaller_stream_covers_as_many_pixels_more() -> None:
    mask = Canvas(20, 18, (2.0, 3.0)).mask(region())

    assert (8, 13, 3, 8) == (
        int(np.flatnonzero(mask.any(axis=0))[0]),
        int(np.flatnonzero(mask.any(axis=0))[-1]),
        int(np.flatnonzero(mask.any(axis=1))[0]),
        int(np.flatnonzero(mask.any(axis=1))[-1]),
    )
    assert 6 * 6 == mask.sum()


def test_a_coarser_mask_has_its_last_cells_at_the_border() -> None:
    assert (3, 4) == Canvas(10, 8).mask(region(), step=3).shape


def test_a_region_that_sticks_out_of_the_frame_is_cut() -> None:
    assert 2 * 2 == Canvas(6, 6).mask(region(left=-1)).sum()


def test_points_may_lie_outside_but_not_at_the_end_of_the_world() -> None:
    points = np.array([[-5, 3.14159], [1e30, np.inf], [np.nan, -np.inf]])

    assert [[-10.0, 3.14], [1e6, 1e6], [0.0, -1e6]] == Canvas(10, 8, (2.0, 1.0)).points(points)


def test_outlines_keep_the_place_of_their_mask() -> None:
    mask = np.zeros((9, 9), np.bool_)
    mask[3:6, 2:8] = True

    (ring,) = flat(tight(mask))

    assert (2.0, 8.0, 3.0, 6.0) == (min(ring[::2]), max(ring[::2]), min(ring[1::2]), max(ring[1::2]))


def test_a_ragged_outline_gets_as_coarse_as_the_wire_asks() -> None:
    mask = np.zeros((40, 1500), np.bool_)
    mask[20:] = True
    mask[5:20, ::4] = True

    rings = tight(mask)

    assert max(map(len, rings)) <= 256


def test_of_too_many_pieces_the_largest_are_told() -> None:
    mask = np.zeros((60, 60), np.bool_)
    mask[::4, ::4] = True
    mask[1:3, 1:3] = True

    rings = tight(mask, tolerance=0)

    assert 100 == len(rings)
    assert rings[0][:, 0].max() > rings[0][:, 0].min() + 1.5


def test_nothing_has_no_outline() -> None:
    assert [] == tight(np.zeros((4, 4), np.bool_))
