"""The governor slows down at once, speeds up with patience, and never stops looking."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.attention import GovernorSection
from askance.edge.governor import FIRST_S, QUIET_S, STEP, Strain, Throttle, due, govern

SECTION = GovernorSection(cpu=0.9, temperature=80, fps_min=0.5)
SECOND = 10**9

shares = st.none() | st.floats(0, 1)
degrees = st.none() | st.floats(-20, 120)
strains = st.builds(Strain, shares, degrees)
throttles = st.builds(Throttle, st.just(0.0) | st.floats(FIRST_S, 2.0), st.none() | st.floats(0, 100))


def after(strains: Sequence[Strain], *, every_s: float = 2.0, section: GovernorSection = SECTION) -> list[Throttle]:
    """What follows from one reading after another."""
    throttle, found = Throttle(), list[Throttle]()
    for number, strain in enumerate(strains):
        throttle = govern(throttle, strain, section=section, now_s=number * every_s)
        found.append(throttle)
    return found


@given(st.lists(strains, max_size=60), st.floats(0.01, 10))
def test_no_camera_is_ever_looked_at_less_often_than_the_least_rate(readings: list[Strain], least: float) -> None:
    section = GovernorSection(fps_min=least)

    assert all(0 <= throttle.interval_s <= 1 / least for throttle in after(readings, section=section))


@given(throttles, st.floats(0, 1), st.floats(0, 1), degrees, st.floats(100, 1000))
def test_a_busier_machine_never_looks_more_often(
    throttle: Throttle, one: float, other: float, celsius: float | None, now_s: float
) -> None:
    less, more = (
        govern(throttle, Strain(busy, celsius), section=SECTION, now_s=now_s) for busy in sorted((one, other))
    )

    assert less.interval_s <= more.interval_s


@given(throttles, shares, st.floats(-20, 120), st.floats(-20, 120), st.floats(100, 1000))
def test_a_hotter_machine_never_looks_more_often(
    throttle: Throttle, busy: float | None, one: float, other: float, now_s: float
) -> None:
    less, more = (
        govern(throttle, Strain(busy, celsius), section=SECTION, now_s=now_s) for celsius in sorted((one, other))
    )

    assert less.interval_s <= more.interval_s


@given(st.lists(strains, max_size=60))
def test_after_a_quiet_time_every_frame_is_looked_at_again(readings: list[Strain]) -> None:
    quiet = [Strain(0.1, 40.0)] * 200

    assert Throttle().interval_s == after([*readings, *quiet])[-1].interval_s


def test_it_slows_down_step_by_step_to_the_least_rate() -> None:
    intervals = [throttle.interval_s for throttle in after([Strain(1.0, None)] * 12)]

    assert FIRST_S == intervals[0]
    assert pytest.approx(FIRST_S * STEP) == intervals[1]
    assert 2.0 == intervals[-1]


def test_between_calm_and_limit_nothing_changes() -> None:
    throttles = after([Strain(1.0, 50.0), *[Strain(0.85, 50.0)] * 100])

    assert {Throttle(FIRST_S)} == set(throttles)


def test_one_step_back_takes_its_time() -> None:
    readings = [Strain(1.0, None)] * 3 + [Strain(0.2, None)] * 80
    intervals = [throttle.interval_s for throttle in after(readings, every_s=1.0)]
    changes = [second for second in range(3, len(intervals)) if intervals[second] < intervals[second - 1]]

    assert [3 + int(QUIET_S) * step for step in (1, 2, 3)] == changes


def test_without_limits_and_without_sensors_nothing_is_governed() -> None:
    unlimited = GovernorSection(cpu=None, temperature=None)

    assert 0.0 == after([Strain(1.0, 119.0)] * 9, section=unlimited)[-1].interval_s
    assert 0.0 == after([Strain(None, None)] * 9)[-1].interval_s


@pytest.mark.parametrize(
    ("interval_s", "last_ns", "expected"),
    [
        pytest.param(0.0, 0, True, id="full rate"),
        pytest.param(2.0, None, True, id="first frame"),
        pytest.param(2.0, -SECOND, False, id="too early"),
        pytest.param(2.0, -2 * SECOND, True, id="due"),
        pytest.param(2.0, -int(1.95 * SECOND), True, id="a little early"),
    ],
)
def test_a_frame_is_due_when_the_interval_has_passed(interval_s: float, last_ns: int | None, *, expected: bool) -> None:
    assert expected == due(Throttle(interval_s), last_ns, at_ns=0)
