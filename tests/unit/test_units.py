"""Values are read with their unit, refused without, and written as they were read."""

import re
from datetime import timedelta
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from askance.units import (
    ByteBudget,
    ByteSize,
    Duration,
    FrameBudget,
    Rate,
    Span,
    at_least,
    at_most,
    format_bytes,
    format_distance,
    format_duration,
    parse_bytes,
    parse_distance,
    parse_duration,
    parse_frame_budget,
)

HOUR = timedelta(hours=1)
FRAMES: TypeAdapter[Rate] = TypeAdapter(FrameBudget)
BYTES: TypeAdapter[Rate] = TypeAdapter(ByteBudget)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("5s", 5), ("2min", 120), ("1.5h", 5400), ("1day", 86400), ("2d", 172800), (" 5 s ", 5)],
)
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    assert timedelta(seconds=seconds) == parse_duration(text)


@pytest.mark.parametrize("value", ["5", 5, 5.0, "", "s", "5 parsecs", "-5s", None, True, "1e3s"])
def test_anything_else_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match=r"e\.g\. 5s"):
        parse_duration(value)


@pytest.mark.parametrize(("text", "metres"), [("500m", 500), ("1.5km", 1500), (" 2 km ", 2000), ("0m", 0)])
def test_a_distance_has_a_unit(text: str, metres: float) -> None:
    assert metres == parse_distance(text)


@pytest.mark.parametrize("value", ["500", 500, 500.0, "km", "5 miles", "-5m", None, True])
def test_anything_else_is_no_distance(value: object) -> None:
    with pytest.raises(ValueError, match=r"e\.g\. 500m"):
        parse_distance(value)


@given(st.integers(0, 10**8))
def test_a_distance_is_written_as_it_is_read(decimetres: int) -> None:
    metres = decimetres / 10
    assert metres == parse_distance(format_distance(metres))


@pytest.mark.parametrize(("metres", "text"), [(500, "500m"), (2000, "2km"), (1500.5, "1500.5m"), (0, "0m")])
def test_a_distance_is_written_in_whole_kilometres_or_in_metres(metres: float, text: str) -> None:
    assert text == format_distance(metres)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("512B", 512),
        ("48KiB", 49152),
        ("30MB", 30_000_000),
        ("2GiB", 2**31),
        ("1kB", 1000),
        (4096, 4096),
    ],
)
def test_a_size_has_a_unit_or_is_a_number_of_bytes(value: object, size: int) -> None:
    assert size == parse_bytes(value)


@pytest.mark.parametrize("value", ["30", "30 mb", "MB", True, None, 1.5])
def test_anything_else_is_no_size(value: object) -> None:
    with pytest.raises(ValueError, match=r"e\.g\. 30MB"):
        parse_bytes(value)


@pytest.mark.parametrize(
    ("adapter", "text", "rate"),
    [
        pytest.param(FRAMES, "20/h", Rate(20, HOUR), id="frames"),
        pytest.param(BYTES, "30MB/day", Rate(30_000_000, timedelta(days=1)), id="bytes"),
        pytest.param(FRAMES, "7/min", Rate(7, timedelta(minutes=1)), id="a minute"),
    ],
)
def test_a_budget_is_an_amount_for_a_period(adapter: TypeAdapter[Rate], text: str, rate: Rate) -> None:
    assert rate == adapter.validate_python(text) == adapter.validate_python(rate)
    assert text == adapter.dump_python(rate)


@pytest.mark.parametrize("value", ["20", "20/", "/h", "0/h", "-1/h", "20/parsec", "x/h", 20, None])
def test_a_budget_of_nothing_or_without_a_period_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        FRAMES.validate_python(value)


@given(st.integers(0, 10**9))
def test_durations_are_written_as_they_are_read(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)

    assert duration == parse_duration(format_duration(duration))


@given(st.integers(0, 2**50))
def test_sizes_are_written_as_they_are_read(size: int) -> None:
    assert size == parse_bytes(format_bytes(size))


def test_a_negative_size_is_out_of_bounds() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ByteSize).validate_python(-1)


def test_the_schema_shows_how_values_are_written() -> None:
    assert "5s" in TypeAdapter(Duration).json_schema()["examples"]


@pytest.mark.parametrize("text", ["0s", "0.0min", "0.000001ms"])
def test_a_span_of_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="longer than nothing"):
        TypeAdapter(Span).validate_python(text)


@pytest.mark.parametrize(("text", "lasts"), [("0s", False), ("0.0min", False), ("0.5s", True), ("10s", True)])
def test_the_schema_of_a_span_refuses_no_time(text: str, *, lasts: bool) -> None:
    pattern = TypeAdapter(Span).json_schema()["pattern"]
    assert lasts == (re.search(pattern, text) is not None)


@pytest.mark.parametrize(
    ("text", "written"),
    [("0.5ms", "0.500ms"), ("1.5s", "1500ms"), ("90s", "90s"), ("0ms", "0s"), ("24h", "1day"), ("1.5day", "36h")],
)
def test_a_duration_is_written_in_the_largest_unit_that_divides_it(text: str, written: str) -> None:
    assert written == format_duration(parse_duration(text))
    assert parse_duration(text) == parse_duration(written)


@given(st.integers(0, 10**12))
def test_no_microsecond_is_lost(microseconds: int) -> None:
    duration = timedelta(microseconds=microseconds)

    assert duration == parse_duration(format_duration(duration))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0s", "expected at least 10ms, got 0s"),
        ("5ms", "expected at least 10ms, got 5ms"),
        ("20h", "expected at most 18h, got 20h"),
    ],
)
def test_a_duration_out_of_bounds_is_refused_in_the_units_that_people_write(text: str, said: str) -> None:
    bounded = TypeAdapter(Annotated[Duration, at_least(timedelta(milliseconds=10)), at_most(timedelta(hours=18))])

    assert timedelta(milliseconds=10) == bounded.validate_python("10ms")
    assert timedelta(hours=18) == bounded.validate_python("18h")
    with pytest.raises(ValidationError, match=said):
        bounded.validate_python(text)


def test_a_duration_is_a_duration() -> None:
    assert HOUR is parse_duration(HOUR)


@pytest.mark.parametrize("text", ["36501day", "9" * 400 + "s"], ids=["a century", "400 digits"])
def test_no_wait_is_longer_than_a_century(text: str) -> None:
    with pytest.raises(ValueError, match="at most 36500day"):
        parse_duration(text)


def test_a_number_that_python_does_not_read_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="limit"):
        parse_bytes("9" * 5000 + "B")


@pytest.mark.parametrize(
    ("text", "size"), [("0.57kB", 570), ("4.35GB", 4_350_000_000), ("0.1MiB", None), ("1.5B", None)]
)
def test_a_broken_size_is_exact_or_refused(text: str, size: int | None) -> None:
    if size is None:
        with pytest.raises(ValueError, match="whole number of bytes"):
            parse_bytes(text)
    else:
        assert size == parse_bytes(text)


@pytest.mark.parametrize("value", ["1.5/h", "x/h", "2_0/h", "-1/h"])
def test_a_frame_budget_is_a_whole_number(value: str) -> None:
    with pytest.raises(ValidationError, match="whole number of frames"):
        FRAMES.validate_python(value)


@pytest.mark.parametrize("text", ["1000000000000001/h", f"{'9' * 400}/day"])
def test_an_amount_that_nobody_can_spend_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected at most 1000000000000000 per"):
        parse_frame_budget(text)


def test_a_rate_knows_its_period_in_nanoseconds() -> None:
    assert parse_frame_budget("20/h").period_ns == 3600 * 10**9
