"""Masks and polygons cover pixels of their image, whatever grid they were written on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.codecs.pixels import covered, nearest, resample
from askance.codecs.rle import encode
from askance.wire.annotations import Mask, Polygon

QUARTERS = np.array([[True, False, False], [False, False, True]])


def mask(*, grid: tuple[int, int] | None) -> Mask:
    return Mask(label_id=1, label="person", x=0, y=0, width=1, height=1, counts=encode(QUARTERS), grid=grid)


def test_a_mask_of_the_images_own_pixels_is_what_was_written() -> None:
    assert np.array_equal(QUARTERS, covered(mask(grid=None), width=3, height=2))


def test_a_coarser_grid_is_stretched_over_the_image() -> None:
    assert np.array_equal(np.kron(QUARTERS, np.ones((4, 2))) > 0, covered(mask(grid=(3, 2)), width=6, height=8))


def test_a_polygon_covers_the_pixels_whose_centres_lie_in_it() -> None:
    polygon = Polygon(label_id=1, label="person", x=0, y=0, width=3, height=2, rings=((0, 0, 3, 0, 3, 1.4, 0, 1.4),))

    assert [[True, True, True, False], [False] * 4] == covered(polygon, width=4, height=2).tolist()


@given(st.integers(1, 50), st.integers(1, 50))
def test_each_cell_takes_the_one_that_its_centre_lies_in(count: int, of: int) -> None:
    assert [int((cell + 0.5) * of / count + 1e-9) for cell in range(count)] == nearest(count, of).tolist()


def test_what_covers_each_pixel_once_does_so_on_a_coarser_grid_too() -> None:
    parts = np.random.default_rng(3).integers(0, 4, (41, 67))

    coarse = [resample(parts == part, width=17, height=11) for part in range(4)]

    assert (np.sum(coarse, axis=0) == 1).all()
