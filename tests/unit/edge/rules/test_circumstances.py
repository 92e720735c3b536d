"""Conditions that look past the picture hold or not, and say so where they know nothing."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.circumstances import DAY_MIN, Asked, Fence, Hours, Reading, metres
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding
from support_scenes import SHARP

FACTS = FrameFacts(signals={}, quality=SHARP, draw=0.5, elapsed_ns=0)
WEEKDAYS = frozenset(range(5))
BERLIN = timezone(timedelta(hours=2))
MONDAY = datetime(2027, 5, 3, tzinfo=BERLIN)


def at(hours: float, *, day: int = 0) -> FrameFacts:
    return replace(FACTS, local=MONDAY + timedelta(days=day, hours=hours))


@pytest.mark.parametrize(
    ("hours", "facts", "held"),
    [
        pytest.param(Hours(), at(3), True, id="always"),
        pytest.param(Hours(WEEKDAYS), at(23.99, day=4), True, id="friday"),
        pytest.param(Hours(WEEKDAYS), at(0, day=5), False, id="saturday"),
        pytest.param(Hours(from_min=360, to_min=1320), at(6), True, id="begins"),
        pytest.param(Hours(from_min=360, to_min=1320), at(5.99), False, id="before it begins"),
        pytest.param(Hours(from_min=360, to_min=1320), at(22), False, id="has ended"),
        pytest.param(Hours(from_min=1320, to_min=360), at(23), True, id="before midnight"),
        pytest.param(Hours(from_min=1320, to_min=360), at(5.99), True, id="after midnight"),
        pytest.param(Hours(from_min=1320, to_min=360), at(6), False, id="in the morning"),
        pytest.param(Hours(WEEKDAYS, 1320, 360), at(3, day=5), True, id="friday's night, on saturday"),
        pytest.param(Hours(WEEKDAYS, 1320, 360), at(23, day=5), False, id="saturday's night"),
        pytest.param(Hours(WEEKDAYS, 1320, 360), at(3, day=0), False, id="sunday's night, on monday"),
        pytest.param(Hours(from_min=1320, to_min=0), at(23.9), True, id="until midnight"),
        pytest.param(Hours(from_min=1320, to_min=0), at(0), False, id="from midnight on"),
    ],
)
def test_a_schedule_holds_on_its_days_between_its_times(hours: Hours, facts: FrameFacts, *, held: bool) -> None:
    finding = hours.evaluate(facts)

    assert (finding.matched, finding.value, finding.clause) == (held, float(held), "schedule")


def test_a_schedule_says_what_time_it_is_and_holds_never_while_that_is_unknown() -> None:
    assert Hours(WEEKDAYS).evaluate(at(9.5)).text == "mon 09:30 is in the schedule"
    assert Hours(WEEKDAYS).evaluate(at(9.5, day=6)).text == "sun 09:30 is not in the schedule"
    assert Hours().evaluate(FACTS) == Finding(False, "schedule", 0.0, "the time of day is not known")


@pytest.mark.parametrize("year", [1, 1970, 2017, 2037, 9999])
def test_a_wall_clock_that_is_ten_or_a_thousand_years_off_is_some_day_and_no_fault(year: int) -> None:
    for hours in (Hours(), Hours(WEEKDAYS, 1320, 360)):
        local = datetime(year, 1, 2, 23, 30, tzinfo=BERLIN)
        assert isinstance(hours.evaluate(replace(FACTS, local=local)).matched, bool)


@given(st.integers(0, DAY_MIN - 1), st.integers(0, DAY_MIN), st.integers(0, 7 * DAY_MIN - 1))
def test_a_schedule_and_the_one_of_the_rest_of_the_day_are_never_both_true(begin: int, end: int, minute: int) -> None:
    local = at(minute / 60)
    local = replace(FACTS, local=MONDAY + timedelta(minutes=minute))
    here = Hours(from_min=begin, to_min=end).evaluate(local).matched
    rest = Hours(from_min=end % DAY_MIN, to_min=begin).evaluate(local).matched

    if begin not in {end, end % DAY_MIN}:
        assert here != rest


@given(st.frozensets(st.integers(0, 6)), st.integers(0, DAY_MIN - 1), st.integers(0, DAY_MIN))
def test_a_schedule_holds_in_its_minutes_and_in_no_others(days: frozenset[int], begin: int, end: int) -> None:
    hours = Hours(days, begin, end)
    edges = {0, begin, end, begin - 1, end - 1}

    for minute in {(DAY_MIN * day + edge) % (7 * DAY_MIN) for day in range(7) for edge in edges}:
        local = replace(FACTS, local=MONDAY + timedelta(minutes=minute))
        assert hours.evaluate(local).matched == (minute in hours.minutes())


@pytest.mark.parametrize(
    ("reading", "value", "expected"),
    [
        pytest.param(Reading("speed", 5, 30), 12.5, (True, "speed 12.5, above 5 and below 30"), id="between"),
        pytest.param(Reading("speed", 5, 30), 30, (False, "speed 30, not above 5 and below 30"), id="at the limit"),
        pytest.param(Reading("speed", 5, None), 5.1, (True, "speed 5.1, above 5"), id="above"),
        pytest.param(Reading("speed", 5, None), 5, (False, "speed 5, not above 5"), id="not above"),
        pytest.param(Reading("speed", 3000, None), 3000.0004, (True, "speed 3000.0004, above 3000"), id="a hair above"),
        pytest.param(Reading("speed", None, 1.2e6), 1.2e6 + 1, (False, "speed 1200001, not below 1200000"), id="long"),
        pytest.param(Reading("speed", None, 30), -1, (True, "speed -1, below 30"), id="below"),
        pytest.param(Reading("speed", 5, None), float("nan"), (False, "speed nan, not above 5"), id="no number"),
        pytest.param(Reading("wiper", 5, None), 9, (False, "no reading of wiper"), id="another"),
    ],
)
def test_a_reading_lies_between_limits(reading: Reading, value: float, expected: tuple[bool, str]) -> None:
    finding = reading.evaluate(replace(FACTS, readings={"speed": value}))

    assert (finding.matched, finding.text) == expected
    assert (finding.clause, finding.value) == ("signal", float(expected[0]))


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param({"lat": 52.5200, "lon": 13.4050}, (True, "0 m away, within 500 m"), id="there"),
        pytest.param({"lat": 52.5240, "lon": 13.4050}, (True, "445 m away, within 500 m"), id="near"),
        pytest.param({"lat": 52.5250, "lon": 13.4050}, (False, "556 m away, not within 500 m"), id="far"),
        pytest.param({"lat": 52.5250}, (False, "no reading of lat and lon"), id="half a position"),
        pytest.param({}, (False, "no reading of lat and lon"), id="no position"),
    ],
)
def test_a_fence_holds_what_is_near(readings: dict[str, float], expected: tuple[bool, str]) -> None:
    finding = Fence((52.5200, 13.4050), 500).evaluate(replace(FACTS, readings=readings))

    assert (finding.matched, finding.text) == expected
    assert (finding.clause, finding.value) == ("geofence", float(expected[0]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param((0, 0), (0, 90), 10_007_557, id="a quarter of the equator"),
        pytest.param((90, 0), (-90, 12), 20_015_115, id="pole to pole"),
        pytest.param((0, 179.5), (0, -179.5), 111_195, id="over the date line"),
        pytest.param((36.12, -86.67), (33.94, -118.40), 2_886_448, id="Nashville to Los Angeles"),
    ],
)
def test_the_way_between_two_places_is_the_great_circle(
    one: tuple[float, float], other: tuple[float, float], expected: float
) -> None:
    assert metres(one, other) == pytest.approx(expected, rel=1e-6)
    assert metres(other, one) == metres(one, other)


def test_a_frame_was_asked_for_by_somebody_or_by_nobody() -> None:
    assert Asked().evaluate(replace(FACTS, asked="button 2")) == Finding(True, "manual", 1.0, "asked for: button 2")
    assert Asked().evaluate(FACTS) == Finding(False, "manual", 0.0, "nobody has asked for it")
