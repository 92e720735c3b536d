"""Values with their unit, as people write them in YAML: ``5s``, ``30MB``, ``20/h``, ``30MB/day``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_SECONDS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0, "d": 86400.0}
_BYTES: Final = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_QUANTITY: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")


def _quantity(text: object, units: dict[str, float] | dict[str, int], *, example: str) -> float:
    """Return ``text`` in the base unit of ``units``.

    Raises:
        ValueError: the text is no number with one of the units.
    """
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2] not in units:
        raise ValueError(f"expected a number with a unit ({', '.join(units)}), e.g. {example}: {text!r}")
    return float(match[1]) * units[match[2]]


def parse_duration(value: object) -> timedelta:
    """Read ``250ms``, ``5s``, ``2min``, ``1h`` or ``1day``.

    Raises:
        ValueError: anything else; a bare number has no unit and is refused.
    """
    if isinstance(value, timedelta):
        return value
    return timedelta(seconds=_quantity(value, _SECONDS, example="5s"))


def parse_bytes(value: object) -> int:
    """Read ``512B``, ``48KiB``, ``30MB`` or ``2GiB`` as bytes.

    Raises:
        ValueError: anything else but an integer number of bytes.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(_quantity(value, _BYTES, example="30MB"))


def format_duration(value: timedelta) -> str:
    """Write a duration in the largest unit that divides it."""
    seconds = value.total_seconds()
    for unit in ("day", "h", "min", "s"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{int(seconds / _SECONDS[unit])}{unit}"
    return f"{round(seconds * 1000)}ms"


def format_bytes(value: int) -> str:
    """Write a size in the largest unit that divides it."""
    for unit in ("GiB", "MiB", "KiB", "GB", "MB", "kB"):
        if value and value % _BYTES[unit] == 0:
            return f"{value // _BYTES[unit]}{unit}"
    return f"{value}B"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``amount`` (frames, or bytes) in any window of ``period``."""

    amount: int
    period: timedelta


def _rate(value: object, amount_of: Callable[[str], int], *, example: str) -> Rate:
    if isinstance(value, Rate):
        return value
    amount_text, slash, period_text = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash or period_text not in _SECONDS:
        raise ValueError(f"expected an amount per period ({', '.join(_SECONDS)}), e.g. {example}: {value!r}")
    amount = amount_of(amount_text)
    if amount <= 0:
        raise ValueError(f"expected more than nothing per {period_text}, e.g. {example}: {value!r}")
    return Rate(amount, timedelta(seconds=_SECONDS[period_text]))


def parse_frame_budget(value: object) -> Rate:
    """Read ``20/h``: frames per period.

    Raises:
        ValueError: anything else, or less than one frame.
    """
    return _rate(value, int, example="20/h")


def parse_byte_budget(value: object) -> Rate:
    """Read ``30MB/day``: bytes per period.

    Raises:
        ValueError: anything else, or less than one byte.
    """
    return _rate(value, parse_bytes, example="30MB/day")


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
