"""Numbers that the device is told, such as its speed, each of them for a while."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite, nan
from types import MappingProxyType
from typing import Final, NamedTuple

from pydantic_core import from_json

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9_.-]{0,63}$"
MOST: Final = 64
"""Numbers that are known at once."""
RANGES: Final = MappingProxyType({"lat": (-90.0, 90.0), "lon": (-180.0, 180.0)})
"""Names that mean something to a rule, `geofence`: their least and greatest number, degrees."""


class Reading(NamedTuple):
    """A number, and until when it is true, nanoseconds of the monotonic clock; that moment no longer belongs to it."""

    value: float
    until_ns: int


@dataclass(frozen=True, slots=True)
class Readings:
    """What the device was told last, by name."""

    told: Mapping[str, Reading] = field(default_factory=dict[str, Reading])

    def tell(self, numbers: Mapping[str, float], *, now_ns: int, for_ns: int) -> "Readings":
        """Take numbers in, each in place of an earlier one of its name; what is too old is forgotten.

        Args:
            numbers: finite, by name.
            now_ns: the monotonic clock, nanoseconds.
            for_ns: how long they are true, nanoseconds.

        Raises:
            ValueError: one is outside its range, see ``RANGES``, or there would be more than ``MOST``; nothing was
                taken in.
        """
        for name, number in numbers.items():
            least, greatest = RANGES.get(name, (-inf, inf))
            if not least <= number <= greatest:
                raise ValueError(f"{name} is not between {least:g} and {greatest:g}")
        kept = {name: reading for name, reading in self.told.items() if now_ns < reading.until_ns}
        told = kept | {name: Reading(number, now_ns + for_ns) for name, number in numbers.items()}
        if len(told) > MOST:
            raise ValueError(f"at most {MOST} readings at once, got {len(told)}")
        return Readings(told)

    def fresh(self, now_ns: int) -> Mapping[str, float]:
        """Return the numbers that are true at a moment, by name; one that was told of later is, too."""
        return {name: reading.value for name, reading in self.told.items() if now_ns < reading.until_ns}


def read_number(payload: bytes, *, key: str | None) -> float:
    """Return the number that a message holds; true and false are 1 and 0.

    Args:
        payload: JSON: the number itself, or an object with it.
        key: where in the object it stands, such as ``engine.speed``; None: the payload is the number.

    Raises:
        ValueError: there is no finite number; the text is the same for all messages of a kind.
    """
    found = read_value(payload, key=key)
    try:
        number = float(found) if isinstance(found, int | float) else nan
    except OverflowError:
        number = inf
    if not isfinite(number):
        raise ValueError("no finite number" if key is None else f"{key} is no finite number")
    return number


def read_value(payload: bytes, *, key: str | None) -> object:
    """Return what a message holds: all of its JSON, or with a key what stands there.

    Raises:
        ValueError: it is no JSON, or has nothing there.
    """
    try:
        found: object = from_json(payload)
    except ValueError as error:
        raise ValueError("not JSON") from error
    for part in () if key is None else key.split("."):
        if not isinstance(found, dict) or part not in found:
            raise ValueError(f"it has no {key}")
        found = found[part]
    return found
