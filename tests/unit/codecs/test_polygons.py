"""Outlines and masks turn into each other by one rule."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from askance.codecs.polygons import area, fill, outline
from askance.codecs.rle import decode
from support_coco import painted

MASKS = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(lambda shape: arrays(np.bool_, shape))


def filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without its holes: all that the outside, which spreads over edges only, does not reach."""
    outside = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(outside, None, (0, 0), 2, flags=4)
    return np.asarray(outside != 2)[1:-1, 1:-1]


def disc(radius: float, size: int = 200) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:size, :size] + 0.5
    return np.asarray((rows - size / 2) ** 2 + (columns - size / 2) ** 2 < radius**2)


def test_a_pixel_is_a_square_from_corner_to_corner() -> None:
    mask = np.zeros((4, 5), np.bool_)
    mask[2, 3] = True

    (ring,) = outline(mask)

    assert {(3.0, 2.0), (4.0, 2.0), (4.0, 3.0), (3.0, 3.0)} == {(x, y) for x, y in ring}
    assert 1.0 == area(ring)


@given(MASKS)
def test_exact_outlines_give_the_mask_back_without_its_holes(mask: NDArray[np.bool_]) -> None:
    again = fill(outline(mask), width=mask.shape[1], height=mask.shape[0])

    assert np.array_equal(filled(mask), again)


@given(st.lists(st.tuples(st.integers(-3, 15), st.integers(-3, 15)), min_size=3, max_size=9))
def test_a_pixel_is_inside_when_its_centre_is(corners: list[tuple[int, int]]) -> None:
    """OpenCV says the same of single points; a centre that lies on the border may fall to either side."""
    hull = cv2.convexHull(np.array(corners, np.float32)).reshape(-1, 2)
    mask = fill([hull.astype(np.float64)], width=12, height=10)

    tested = [[cv2.pointPolygonTest(hull, (x + 0.5, y + 0.5), measureDist=True) for x in range(12)] for y in range(10)]

    clear = np.abs(tested) > 1e-4
    assert np.array_equal((np.array(tested) > 0)[clear], mask[clear])


def test_pieces_are_rings_the_largest_first_and_together_one_mask() -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[2:5, 2:5] = mask[6:18, 10:28] = True

    rings = outline(mask)

    assert [216.0, 9.0] == [area(ring) for ring in rings]
    assert np.array_equal(mask, fill(rings, width=30, height=20))


def test_a_ring_that_winds_twice_around_a_pixel_has_it_inside() -> None:
    once = np.array([[0, 0], [6, 0], [6, 6], [0, 6]], np.float64)

    assert np.array_equal(fill([once], width=8, height=8), fill([np.vstack([once, once])], width=8, height=8))


def test_what_lies_beyond_the_image_is_cut_off() -> None:
    ring = np.array([[-50, -50], [3, -50], [3, 500], [-50, 500]], np.float64)

    assert (np.arange(10) < 3).tolist() == fill([ring], width=10, height=4)[0].tolist()


def test_nothing_has_no_outline() -> None:
    assert [] == outline(np.zeros((5, 5), np.bool_))
    assert not fill([], width=3, height=2).any()


@pytest.mark.parametrize(("tolerance", "corners", "overlap"), [(0.5, 200, 0.999), (0.75, 64, 0.995), (2.0, 16, 0.98)])
def test_a_tolerance_leaves_corners_out_and_stays_tight(tolerance: float, corners: int, overlap: float) -> None:
    mask = disc(80)

    (ring,) = outline(mask, tolerance=tolerance)
    again = fill([ring], width=200, height=200)

    assert len(ring) <= corners
    assert overlap <= (mask & again).sum() / (mask | again).sum()


def test_the_mask_of_the_coco_api_differs_by_border_pixels_alone() -> None:
    mask = disc(60)
    rings = outline(mask, tolerance=0.5)

    counts = painted([ring.ravel().tolist() for ring in rings], size=(200, 200))["counts"]
    theirs = decode(counts, width=200, height=200)
    ours = fill(rings, width=200, height=200)
    border = cv2.dilate(ours.astype(np.uint8), np.ones((3, 3))) - cv2.erode(ours.astype(np.uint8), np.ones((3, 3)))

    assert not (border == 0)[theirs != ours].any()
    assert 0.99 < (ours & theirs).sum() / (ours | theirs).sum()
