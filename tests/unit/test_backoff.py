"""Waits grow, are capped, and are spread evenly over their whole length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.backoff import full_jitter_s


@pytest.mark.parametrize(
    ("attempt", "draw", "expected"),
    [
        pytest.param(1, 1.0, 1.0, id="the first failure"),
        pytest.param(3, 1.0, 4.0, id="doubled twice"),
        pytest.param(3, 0.25, 1.0, id="jittered"),
        pytest.param(3, 0.0, 0.0, id="at once"),
        pytest.param(10, 1.0, 30.0, id="capped"),
        pytest.param(10**6, 1.0, 30.0, id="a million failures do not overflow"),
    ],
)
def test_the_wait_after_a_number_of_failures(attempt: int, draw: float, expected: float) -> None:
    assert expected == full_jitter_s(attempt, draw, base_s=1.0, cap_s=30.0)


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_no_wait_is_longer_than_the_cap(attempt: int, draw: float) -> None:
    assert 0.0 <= full_jitter_s(attempt, draw, base_s=0.5, cap_s=60.0) < 60.0
