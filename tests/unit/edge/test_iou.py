"""The overlap of boxes is counted in pixels of a grid."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.iou import ious

boxes = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 6), st.integers(1, 6)), max_size=5).map(
    lambda rows: np.array([(x, y, x + w, y + h) for x, y, w, h in rows], np.float32).reshape(-1, 4)
)


@given(boxes, boxes)
def test_it_is_the_share_of_pixels_that_both_cover(one: np.ndarray, other: np.ndarray) -> None:
    def covered(box: list[float]) -> set[tuple[int, int]]:
        left, top, right, bottom = map(int, box)
        return {(x, y) for x in range(left, right) for y in range(top, bottom)}

    counted = [
        [len(covered(first) & covered(second)) / len(covered(first) | covered(second)) for second in other.tolist()]
        for first in one.tolist()
    ]
    found = ious(one, other)

    assert (found.dtype, found.shape) == (np.dtype(np.float32), (len(one), len(other)))
    assert np.allclose(found, np.array(counted, np.float32).reshape(found.shape))
