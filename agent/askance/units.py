"""Values with their unit, as people write them in YAML: ``5s``, ``30MB``, ``20/h``, ``30MB/day``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

_SECONDS: Final[Mapping[str, Fraction]] = {
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "min": Fraction(60),
    "h": Fraction(3600),
    "day": Fraction(86400),
    "d": Fraction(86400),
}
_BYTES: Final = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_METRES: Final[Mapping[str, Fraction]] = {"m": Fraction(1), "km": Fraction(1000)}
MOST: Final = 10**15
LONGEST_S: Final = 100 * 365 * 86400
_QUANTITY: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")


def _quantity(text: object, units: Mapping[str, Fraction] | Mapping[str, int], *, example: str) -> Fraction:
    """Return ``text`` in the base unit of ``units``.

    Raises:
        ValueError: the text is no number with one of the units.
    """
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2] not in units:
        raise ValueError(f"expected a number with a unit ({', '.join(units)}), e.g. {example}: {text!r}")
    return Fraction(match[1]) * units[match[2]]


def parse_duration(value: object) -> timedelta:
    """Read ``250ms``, ``5s``, ``2min``, ``1h`` or ``1day``.

    Raises:
        ValueError: anything else; a bare number has no unit and is refused.
    """
    if isinstance(value, timedelta):
        return value
    seconds = _quantity(value, _SECONDS, example="5s")
    if seconds > LONGEST_S:
        raise ValueError(f"expected at most {LONGEST_S // 86400}day: {value!r}")
    return timedelta(seconds=float(seconds))


def _lasting(value: timedelta) -> timedelta:
    """Refuse no time at all.

    Raises:
        ValueError: it is none.
    """
    if not value:
        raise ValueError("expected longer than nothing, e.g. 5s: leave out what is not wanted")
    return value


def at_least(least: timedelta) -> AfterValidator:
    """Return what refuses a shorter duration, in the units that people write."""

    def check(value: timedelta) -> timedelta:
        if value < least:
            raise ValueError(f"expected at least {format_duration(least)}, got {format_duration(value)}")
        return value

    return AfterValidator(check)


def at_most(most: timedelta) -> AfterValidator:
    """Return what refuses a longer duration, in the units that people write."""

    def check(value: timedelta) -> timedelta:
        if value > most:
            raise ValueError(f"expected at most {format_duration(most)}, got {format_duration(value)}")
        return value

    return AfterValidator(check)


def parse_distance(value: object) -> float:
    """Read ``500m`` or ``1.5km`` as metres.

    Raises:
        ValueError: anything else; a bare number has no unit and is refused.
    """
    return float(_quantity(value, _METRES, example="500m"))


def parse_bytes(value: object) -> int:
    """Read ``512B``, ``48KiB``, ``30MB`` or ``2GiB`` as bytes.

    Raises:
        ValueError: anything else but an integer number of bytes.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    size = _quantity(value, _BYTES, example="30MB")
    if size.denominator != 1:
        raise ValueError(f"expected a whole number of bytes: {value!r}")
    return int(size)


def format_duration(value: timedelta) -> str:
    """Write a duration in the largest unit that divides it."""
    if not value:
        return "0s"
    for unit in ("day", "h", "min", "s"):
        whole, rest = divmod(value, timedelta(seconds=int(_SECONDS[unit])))
        if not rest:
            return f"{whole}{unit}"
    whole, rest = divmod(value, timedelta(milliseconds=1))
    return f"{whole}.{rest.microseconds:03d}ms" if rest else f"{whole}ms"


def format_distance(metres: float) -> str:
    """Write a distance in metres, or in kilometres where these are whole."""
    return f"{metres / 1000:.0f}km" if metres and metres % 1000 == 0 else f"{metres:.12g}m"


def format_bytes(value: int) -> str:
    """Write a size in the largest unit that divides it."""
    for unit in ("GiB", "MiB", "KiB", "GB", "MB", "kB"):
        if value and value % _BYTES[unit] == 0:
            return f"{value // _BYTES[unit]}{unit}"
    return f"{value}B"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``amount`` (frames, or bytes) in any window of ``period``.

    Attributes:
        amount: how many.
        period: how long the window is.
        period_ns: the same in nanoseconds.
    """

    amount: int
    period: timedelta
    period_ns: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "period_ns", round(self.period.total_seconds() * 1e9))


def _rate(value: object, amount_of: Callable[[str], int], *, example: str) -> Rate:
    if isinstance(value, Rate):
        return value
    amount_text, slash, period_text = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash or period_text not in _SECONDS:
        raise ValueError(f"expected an amount per period ({', '.join(_SECONDS)}), e.g. {example}: {value!r}")
    amount = amount_of(amount_text)
    if amount <= 0:
        raise ValueError(f"expected more than nothing per {period_text}, e.g. {example}: {value!r}")
    if amount > MOST:
        raise ValueError(f"expected at most {MOST} per {period_text}, e.g. {example}")
    return Rate(amount, timedelta(seconds=float(_SECONDS[period_text])))


def parse_frame_budget(value: object) -> Rate:
    """Read ``20/h``: frames per period.

    Raises:
        ValueError: anything else, or less than one frame.
    """
    return _rate(value, _frames, example="20/h")


def parse_byte_budget(value: object) -> Rate:
    """Read ``30MB/day``: bytes per period.

    Raises:
        ValueError: anything else, or less than one byte.
    """
    return _rate(value, parse_bytes, example="30MB/day")


def _frames(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError(f"expected a whole number of frames, e.g. 20/h: {text!r}")
    return int(text)


def format_frame_budget(value: Rate) -> str:
    """Write ``20/h``."""
    return f"{value.amount}/{_period(value.period)}"


def format_byte_budget(value: Rate) -> str:
    """Write ``30MB/day``."""
    return f"{format_bytes(value.amount)}/{_period(value.period)}"


def _period(period: timedelta) -> str:
    return format_duration(period).removeprefix("1")


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["250ms", "5s", "2min", "1h", "1day"]}),
]
# what lasts no time would be accepted and do nothing; a text without any of these digits is zero in every unit
Span = Annotated[
    Duration,
    AfterValidator(_lasting),
    WithJsonSchema({"type": "string", "examples": ["5s", "2min", "1h"], "pattern": "[1-9]"}),
]
Distance = Annotated[
    float,
    BeforeValidator(parse_distance),
    PlainSerializer(format_distance, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["500m", "1.5km"]}),
]
ByteSize = Annotated[
    int,
    BeforeValidator(parse_bytes),
    Field(ge=0),
    PlainSerializer(format_bytes, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["48KiB", "30MB", "2GiB"]}),
]
FrameBudget = Annotated[
    Rate,
    BeforeValidator(parse_frame_budget),
    PlainSerializer(format_frame_budget, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["20/h", "100/day"]}),
]
ByteBudget = Annotated[
    Rate,
    BeforeValidator(parse_byte_budget),
    PlainSerializer(format_byte_budget, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["30MB/day"]}),
]
