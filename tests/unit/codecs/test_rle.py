"""Masks as COCO's own API writes and reads them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from askance.codecs.rle import decode, encode
from support_coco import encoded

MASKS = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(lambda shape: arrays(np.bool_, shape))


@given(MASKS)
def test_the_text_is_that_of_the_coco_api_and_comes_back(mask: NDArray[np.bool_]) -> None:
    assert encoded(mask) == encode(mask)
    assert np.array_equal(mask, decode(encode(mask), width=mask.shape[1], height=mask.shape[0]))


def test_a_large_mask_is_written_as_the_coco_api_does() -> None:
    rows, columns = np.mgrid[:1080, :1920]
    mask = (rows - 500) ** 2 + (columns - 900) ** 2 < 400**2

    assert encoded(mask) == encode(mask)


def test_a_mask_of_another_image_is_refused() -> None:
    with pytest.raises(ValueError, match="expected run lengths of 12 pixels, got 6"):
        decode(encode(np.ones((2, 3), np.bool_)), width=4, height=3)
