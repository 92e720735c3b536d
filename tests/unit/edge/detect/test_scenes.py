"""Tests of drawn street scenes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from askance.edge.detect.scenes import HEIGHT, WIDTH, scene


@settings(max_examples=10)
@given(st.integers(0, 2**31))
def test_a_seed_gives_one_picture(seed: int) -> None:
    one, other = scene(seed), scene(seed)
    assert ((HEIGHT, WIDTH, 3), "uint8") == (one.shape, str(one.dtype))
    assert (one == other).all()


def test_another_seed_gives_another_picture() -> None:
    assert (scene(0) != scene(1)).mean() > 0.3


def test_a_scene_has_light_dark_and_colour() -> None:
    image = scene(3)
    assert image.std() > 30
    assert np.ptp(image.mean(axis=(0, 1))) > 1
