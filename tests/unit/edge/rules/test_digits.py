"""A sentence that compares two numbers is true as it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.digits import apart


@pytest.mark.parametrize(
    ("measured", "limit", "places", "said"),
    [
        (0.05, 0.1, 2, ("0.05", "0.10")),
        (0.0996, 0.1, 2, ("0.0996", "0.1000")),
        (0.1, 0.1, 2, ("0.10", "0.10")),
        (500.2, 500.0, 0, ("500.2", "500.0")),
    ],
)
def test_numbers_are_told_apart(measured: float, limit: float, places: int, said: tuple[str, str]) -> None:
    assert said == apart(measured, limit, places=places)


@given(st.floats(0, 1, allow_subnormal=False), st.floats(0, 1, allow_subnormal=False))
def test_what_is_written_compares_as_the_numbers_do(one: float, other: float) -> None:
    said, limit = map(float, apart(one, other, places=2))
    assert (one < other, one > other) == (said < limit, said > limit)
