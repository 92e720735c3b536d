"""A sentence that compares two numbers is true as it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.digits import apart, beside


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


@pytest.mark.parametrize(
    ("measured", "limits", "said"),
    [
        (12.5, (5.0, 30.0), ("12.5", "5", "30")),
        (3000.0004, (3000.0,), ("3000.0004", "3000")),
        (1234568.0, (1234567.0,), ("1234568", "1234567")),
        (30.0, (5.0, 30.0), ("30", "5", "30")),
        (float("nan"), (5.0,), ("nan", "5")),
        (1.0, (), ("1",)),
    ],
)
def test_a_number_beside_its_limits_has_as_many_digits_as_it_takes(
    measured: float, limits: tuple[float, ...], said: tuple[str, ...]
) -> None:
    assert said == beside(measured, limits)


@given(st.floats(), st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=2))
def test_what_is_written_beside_limits_compares_as_the_numbers_do(measured: float, limits: list[float]) -> None:
    said, *others = map(float, beside(measured, limits))
    assert [(measured < each, measured > each) for each in limits] == [(said < each, said > each) for each in others]


@given(st.floats(0, 1, allow_subnormal=False), st.floats(0, 1, allow_subnormal=False))
def test_what_is_written_compares_as_the_numbers_do(one: float, other: float) -> None:
    said, limit = map(float, apart(one, other, places=2))
    assert (one < other, one > other) == (said < limit, said > limit)
