"""The sweep finds what a look at every pair finds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.overlaps import overlaps

Box = tuple[float, float, float, float]

boxes = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 12), st.integers(0, 12)).map(
        lambda each: (float(each[0]), float(each[1]), float(each[0] + each[2]), float(each[1] + each[3]))
    ),
    max_size=25,
)


def found(*each: Box) -> dict[frozenset[int], float]:
    one, other, common = overlaps(np.array(each, np.float32).reshape(-1, 4))
    pairs = [frozenset(pair) for pair in zip(one.tolist(), other.tolist(), strict=True)]
    assert len(set(pairs)) == len(pairs)
    return dict(zip(pairs, common.tolist(), strict=True))


def area(one: Box, other: Box) -> float:
    sides = [min(one[end], other[end]) - max(one[end - 2], other[end - 2]) for end in (2, 3)]
    return max(sides[0], 0.0) * max(sides[1], 0.0)


@given(boxes)
def test_every_pair_with_area_in_common_is_found_once(rows: list[Box]) -> None:
    every = combinations(range(len(rows)), 2)
    expected = {frozenset(pair): area(rows[pair[0]], rows[pair[1]]) for pair in every}
    got = found(*rows)
    assert {pair: common for pair, common in got.items() if common > 0} == {
        pair: common for pair, common in expected.items() if common > 0
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((10.0, 0.0, 20.0, 10.0), id="right of it"),
        pytest.param((0.0, 10.0, 10.0, 20.0), id="below it"),
        pytest.param((50.0, 50.0, 60.0, 60.0), id="far away"),
    ],
)
def test_boxes_that_touch_or_do_not_are_no_pair(other: Box) -> None:
    assert found((0.0, 0.0, 10.0, 10.0), other) == {}


def test_equal_boxes_are_a_pair_and_nothing_is_one_with_itself() -> None:
    assert found(*[(0.0, 0.0, 10.0, 10.0)] * 2) == {frozenset({0, 1}): 100.0}
    assert found((0.0, 0.0, 10.0, 10.0)) == found() == {}
