"""The extent of a set of pixels is the smallest rectangle that holds them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.decode.extent import extent


@given(pixels=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 9)), min_size=1))
def test_no_pixel_lies_outside_and_every_side_touches_one(pixels: set[tuple[int, int]]) -> None:
    inside = np.zeros((8, 10), np.bool_)
    inside[tuple(zip(*pixels, strict=True))] = True
    rows, columns = {row for row, _ in pixels}, {column for _, column in pixels}
    assert ((min(rows), max(rows) + 1), (min(columns), max(columns) + 1)) == extent(inside)
