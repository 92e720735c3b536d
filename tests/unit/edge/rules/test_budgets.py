"""A budget is never exceeded in any window."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.budgets import Limits, Purse, longest_ns
from askance.edge.values import Spending
from askance.units import Rate

SECOND = 10**9
THREE = Limits(frames=Rate(3, timedelta(seconds=10)), bytes=Rate(100, timedelta(seconds=20)))


def spent(*at_s: float, size: int = 10) -> Purse:
    purse = Purse()
    for at in at_s:
        purse = purse.pay(Spending("r", round(at * SECOND), 1, size), memory_ns=longest_ns(THREE))
    return purse


@pytest.mark.parametrize(
    ("paid", "now_s", "expected"),
    [
        pytest.param((), 0, True, id="nothing-paid"),
        pytest.param((0, 1, 2), 9.9, False, id="full"),
        pytest.param((0, 1, 2), 10, True, id="the-first-leaves-the-window"),
        pytest.param((5, 6, 7), 0, False, id="time-stepped-back"),
    ],
)
def test_frames_count_inside_the_window(paid: tuple[float, ...], now_s: float, *, expected: bool) -> None:
    assert expected is spent(*paid).affords_frame(THREE, now_ns=round(now_s * SECOND))


@pytest.mark.parametrize(
    ("size", "now_s", "expected"),
    [
        pytest.param(60, 5, True, id="fits-exactly"),
        pytest.param(61, 5, False, id="one-byte-too-many"),
        pytest.param(100, 21, True, id="later"),
        pytest.param(101, 99, False, id="more-than-the-whole"),
    ],
)
def test_bytes_count_inside_their_own_window(size: int, now_s: float, *, expected: bool) -> None:
    assert expected is spent(0, 1, size=20).affords_bytes(THREE, size, now_ns=round(now_s * SECOND))


def test_without_limits_everything_fits() -> None:
    purse = spent(*range(10))
    assert purse.affords_frame(Limits(), now_ns=0)
    assert purse.affords_bytes(Limits(), 10**12, now_ns=0)
    assert longest_ns(Limits()) == 0


def test_old_payments_are_forgotten() -> None:
    purse = spent(0, 30, 50, 71)
    assert [paid.at_ns // SECOND for paid in purse.spendings] == [50, 71]


steps = st.lists(st.tuples(st.integers(-9, 15), st.integers(1, 60)), max_size=80)


@given(steps)
def test_no_window_is_ever_overdrawn(moves: list[tuple[int, int]]) -> None:
    """Times may step back by up to a period; every window that starts at a payment is checked."""
    purse, now_s, paid = Purse(), 0, list[tuple[int, int]]()
    for step, size in moves:
        now_s = max(now_s + step, max((at for at, _ in paid), default=0) - 9)
        now_ns = now_s * SECOND
        if purse.affords_frame(THREE, now_ns=now_ns) and purse.affords_bytes(THREE, size, now_ns=now_ns):
            purse = purse.pay(Spending("r", now_ns, 1, size), memory_ns=longest_ns(THREE))
            paid.append((now_s, size))
    for start, _ in paid:
        assert len([at for at, _ in paid if start <= at < start + 10]) <= 3
        assert sum(size for at, size in paid if start <= at < start + 20) <= 100


@given(st.lists(st.integers(1, 15), max_size=60))
def test_a_budget_that_is_open_by_a_plain_count_is_open(moves: list[int]) -> None:
    """Forward in time nothing is refused that the definition allows."""
    purse, now_s, paid = Purse(), 0, list[int]()
    for step in moves:
        now_s += step
        allowed = len([at for at in paid if at > now_s - 10]) < 3
        assert allowed is purse.affords_frame(THREE, now_ns=now_s * SECOND)
        if allowed:
            purse = purse.pay(Spending("r", now_s * SECOND, 1, 1), memory_ns=longest_ns(THREE))
            paid.append(now_s)
