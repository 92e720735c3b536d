"""Patience grows with what the centre takes and with every wait in vain, between its bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.sync.patience import Patience


def test_before_anything_is_known_the_least_wait_holds() -> None:
    patience = Patience(10.0, 900.0)

    assert 10.0 == patience.wait_s(0, 0.0)
    assert 30.0 == patience.stalled_s


def test_a_slow_centre_is_given_three_of_its_round_trips() -> None:
    patience = Patience(10.0, 900.0)
    patience.learn(20.0)

    assert 60.0 == patience.wait_s(0, 0.0)
    assert 180.0 == patience.stalled_s


def test_an_answer_that_came_hours_late_does_not_keep_a_dead_line() -> None:
    patience = Patience(10.0, 900.0)
    patience.learn(7200.0)

    assert 2700.0 == patience.stalled_s


def test_one_slow_answer_moves_the_mean_by_an_eighth() -> None:
    patience = Patience(1.0, 900.0)
    patience.learn(8.0)
    patience.learn(16.0)

    assert 9.0 == patience.round_trip_s


@pytest.mark.parametrize(("tries", "expected"), [(0, 10.0), (1, 20.0), (3, 80.0), (7, 900.0), (10_000, 900.0)])
def test_every_wait_in_vain_doubles_the_next_up_to_the_greatest(tries: int, expected: float) -> None:
    assert expected == Patience(10.0, 900.0).wait_s(tries, 0.0)


@given(
    tries=st.integers(0, 100),
    draw=st.floats(0, 1, exclude_max=True),
    samples=st.lists(st.floats(0, 1e5), max_size=5),
)
def test_a_wait_is_never_shorter_than_half_the_least_nor_longer_than_the_greatest(
    tries: int, draw: float, samples: list[float]
) -> None:
    patience = Patience(10.0, 900.0)
    for sample in samples:
        patience.learn(sample)

    assert 5.0 < patience.wait_s(tries, draw) <= 900.0
