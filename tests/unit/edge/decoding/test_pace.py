"""Thinning by time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.decoding.pace import Pace


def taken(fps: float | None, stamps_ns: list[int]) -> list[int]:
    pace, indices = Pace(fps), list[int]()
    for index, at_ns in enumerate(stamps_ns):
        following = pace.due(at_ns)
        if following is not None:
            pace = following
            indices.append(index)
    return indices


def every(period_s: float, count: int) -> list[int]:
    return [round(index * period_s * 1e9) for index in range(count)]


@pytest.mark.parametrize(
    ("fps", "source_fps", "expected"),
    [
        pytest.param(None, 25, range(50), id="all"),
        pytest.param(5, 25, range(0, 50, 5), id="each fifth"),
        pytest.param(25, 25, range(50), id="as many as come"),
        pytest.param(30, 30000 / 1001, range(50), id="a little more than come"),
        pytest.param(120, 25, range(50), id="far more than come"),
        pytest.param(0.5, 25, range(1), id="one in two seconds"),
    ],
)
def test_frames_are_taken_evenly(fps: float | None, source_fps: float, expected: range) -> None:
    assert list(expected) == taken(fps, every(1 / source_fps, 50))


@given(st.floats(0.1, 60), st.lists(st.integers(1, 10**9), min_size=1, max_size=200))
def test_never_more_than_asked_for(fps: float, gaps: list[int]) -> None:
    stamps = [sum(gaps[:index]) for index in range(len(gaps))]
    indices = taken(fps, stamps)

    assert indices[0] == 0
    assert len(indices) <= stamps[-1] * fps / 1e9 + 1.05
