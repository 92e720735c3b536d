"""A rule takes what is among the best of the last period, and the bar follows what there is to see."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.rules.bar import MOST, Bar
from askance.units import Rate

SECOND = 10**9
HOUR = 3600 * SECOND
TEN = Rate(10, timedelta(hours=1))


def seen(*values: float, gap_ns: int = 360 * SECOND, bar: Bar | None = None) -> Bar:
    """Frames that matched, so far apart."""
    bar = Bar(0) if bar is None else bar
    for index, value in enumerate(values):
        bar = bar.look(index * gap_ns).note(value, rate=TEN, pause_ns=0, now_ns=index * gap_ns)
    return bar


def test_a_rule_that_has_seen_nothing_takes_anything() -> None:
    assert Bar().height(rate=TEN, now_ns=0) == 0
    assert Bar().look(5).since_ns == 5


def test_at_first_the_best_so_far_passes_and_then_as_many_of_the_best_as_the_time_pays_for() -> None:
    bar = seen(0.2, 0.9, 0.5, 0.4, gap_ns=60 * SECOND)

    assert bar.height(rate=TEN, now_ns=180 * SECOND) == 0.9
    assert bar.height(rate=TEN, now_ns=361 * SECOND) == 0.5
    assert bar.height(rate=TEN, now_ns=721 * SECOND) == 0.4


def test_while_less_is_seen_than_the_budget_pays_for_everything_passes() -> None:
    assert seen(0.2, 0.9).height(rate=TEN, now_ns=HOUR) == 0


def test_what_was_seen_longer_ago_than_a_period_counts_no_more() -> None:
    bar = seen(*[0.9] * 10).look(3 * HOUR).note(0.1, rate=TEN, pause_ns=0, now_ns=3 * HOUR)

    assert [best.value for best in bar.bests] == [0.1]


def test_of_frames_near_to_each_other_the_best_counts() -> None:
    close = seen(0.2, 0.8, 0.3, gap_ns=SECOND)
    apart = Bar(0)
    for at, value in ((0, 0.2), (SECOND, 0.8), (5 * SECOND, 0.3)):
        apart = apart.note(value, rate=Rate(3600, timedelta(hours=1)), pause_ns=2 * SECOND, now_ns=at)

    assert [best.value for best in close.bests] == [0.8]
    assert [best.value for best in apart.bests] == [0.8, 0.3]


@pytest.mark.parametrize("now_ns", [-30 * SECOND, -1])
def test_a_frame_from_before_the_first_one_takes_nothing_away(now_ns: int) -> None:
    bar = seen(0.9, 0.8, 0.7)
    late = bar.look(now_ns)

    assert late == replace(bar, since_ns=now_ns)
    assert late.height(rate=TEN, now_ns=720 * SECOND) == 0.7


def test_a_clock_that_jumps_ahead_forgets_and_takes_anything() -> None:
    bar = seen(*[0.9] * 10).look(10**18).note(0.1, rate=TEN, pause_ns=0, now_ns=10**18)

    assert bar.height(rate=TEN, now_ns=10**18) == 0


def kept(values: NDArray[np.float64], *, gap_ns: int, rate: Rate) -> list[int]:
    """Play frames through the bar and the budget of any window of an hour."""
    bar, taken = Bar(), list[int]()
    for index, value in enumerate(values.tolist()):
        now_ns = index * gap_ns
        bar = bar.look(now_ns).note(value, rate=rate, pause_ns=0, now_ns=now_ns)
        affordable = sum(now_ns - at * gap_ns < HOUR for at in taken[-rate.amount :]) < rate.amount
        if affordable and value >= bar.height(rate=rate, now_ns=now_ns):
            taken.append(index)
    return taken


def test_the_budget_is_spent_on_frames_worth_twice_as_much_as_the_first_ones() -> None:
    gains: list[float] = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        values = rng.random(6 * 900) ** 4  # six hours, a frame every four seconds
        values[rng.integers(0, len(values), 40)] += 0.5  # and now and then something happens
        taken = kept(values, gap_ns=4 * SECOND, rate=TEN)
        first = np.concatenate([values[hour * 900 : hour * 900 + 10] for hour in range(6)])
        best = np.sort(values)[::-1][: len(taken)]
        gains.append(float(values[taken].mean() / first.mean()))
        assert 35 <= len(taken) <= 60
        assert values[taken].sum() > 0.75 * best.sum()
    assert np.mean(gains) > 2


def test_a_frame_that_comes_late_takes_nothing_away() -> None:
    rate, second = Rate(20, timedelta(hours=1)), 10**9
    bar = Bar().look(0).note(0.9, rate=rate, pause_ns=0, now_ns=100 * second)

    late = bar.look(97 * second).note(0.1, rate=rate, pause_ns=0, now_ns=97 * second)
    assert bar == late
    better = bar.note(1.5, rate=rate, pause_ns=0, now_ns=97 * second)
    assert [(100 * second, 1.5)] == list(better.bests)


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(0, HOUR)), max_size=60), st.integers(1, 10**6))
def test_the_bar_is_never_above_the_best_and_little_is_remembered(frames: list[tuple[float, int]], amount: int) -> None:
    rate, bar, now_ns = Rate(amount, timedelta(hours=1)), Bar(), 0
    for value, gap_ns in frames:
        now_ns += gap_ns
        bar = bar.look(now_ns).note(value, rate=rate, pause_ns=0, now_ns=now_ns)
        recent = [best.value for best in bar.bests]
        assert 0 <= bar.height(rate=rate, now_ns=now_ns) <= max(recent)
        assert len(recent) <= MOST + 1
