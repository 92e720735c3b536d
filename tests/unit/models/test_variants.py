"""Tests of variants of photos."""

import numpy as np
import pytest

from askance.models.truth import Objects
from askance.models.variants import vary


def photo(width: int = 60, height: int = 40) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = np.full((height, width, 3), 128, np.uint8)
    image[10:20, 30:50] = 255
    return image


OBJECTS = Objects(np.array([[30.0, 10.0, 50.0, 20.0]]), np.array([3], np.intp), np.arange(5))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_object_stays_on_what_it_shows(number: int) -> None:
    random = np.random.default_rng(5)
    met = 0
    for _ in range(60):
        image, objects = vary(photo(), OBJECTS, number=number, random=random)
        assert np.uint8 == image.dtype
        for left, top, right, bottom in objects.boxes:
            assert 0 <= left < right <= image.shape[1]
            assert 0 <= top < bottom <= image.shape[0]
            inside = image[int(np.ceil(top)) : int(bottom), int(np.ceil(left)) : int(right)]
            met += 1
            assert inside.mean() > image.min()
            assert [3] == objects.columns.tolist()
    assert met > 10


def test_the_same_seed_gives_the_same_variant() -> None:
    one, other = (vary(photo(), OBJECTS, number=2, random=np.random.default_rng(7)) for _ in range(2))
    assert (one[0] == other[0]).all()
    assert (one[1].boxes == other[1].boxes).all()


def test_an_object_of_which_little_is_left_is_gone() -> None:
    random = np.random.default_rng(1)
    counts = {len(vary(photo(), OBJECTS, number=1, random=random)[1].columns) for _ in range(60)}
    assert {0, 1} == counts


def test_a_photo_of_one_pixel_and_no_objects_has_variants_too() -> None:
    nothing = Objects(np.empty((0, 4)), np.empty(0, np.intp), np.arange(5))
    for number in (1, 2, 3):
        image, objects = vary(np.zeros((1, 1, 3), np.uint8), nothing, number=number, random=np.random.default_rng(2))
        assert (1, 1, 3) == image.shape
        assert 0 == len(objects.columns)
