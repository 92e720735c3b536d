"""Conditions that look past the picture: at the time of day, at readings, at where the device is, at who asks."""

from dataclasses import dataclass
from datetime import timedelta
from math import asin, cos, hypot, radians, sin, sqrt
from typing import Final

from askance.edge.rules.digits import apart, beside
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding

EARTH_M: Final = 6_371_008.8
"""Mean radius of the earth, metres (Moritz, Geodetic Reference System 1980)."""

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """It is one of these days, and between two times of it; one that ends no later than it begins ends the day after.

    Attributes:
        days: 0 is Monday; those on which it begins.
        from_min: when it begins, minutes after midnight.
        to_min: when it ends; that minute no longer belongs to it.
    """

    days: frozenset[int] = frozenset(range(7))
    from_min: int = 0
    to_min: int = DAY_MIN

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Look at the clock on the wall; where nobody knows what it shows the condition does not hold."""
        local = facts.local
        if local is None:
            return Finding(matched=False, clause="schedule", value=0.0, text="the time of day is not known")
        minute, begun, late = 60 * local.hour + local.minute, self.from_min, self.from_min >= self.to_min
        today = local.weekday() in self.days and begun <= minute and (late or minute < self.to_min)
        held = today or (late and (local - timedelta(days=1)).weekday() in self.days and minute < self.to_min)
        when = f"{DAYS[local.weekday()]} {local:%H:%M}"
        return Finding(held, "schedule", float(held), f"{when} is {'' if held else 'not '}in the schedule")

    def minutes(self) -> frozenset[int]:
        """Return the minutes of a week that belong to it, counted from Monday 00:00."""
        long = (self.to_min - self.from_min - 1) % DAY_MIN + 1
        begins = (DAY_MIN * day + self.from_min for day in self.days)
        return frozenset((begin + minute) % (7 * DAY_MIN) for begin in begins for minute in range(long))


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that the device measures lies above, below or between limits; None: no limit."""

    name: str
    above: float | None
    below: float | None

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Compare the reading; one that is missing, or too old, holds never."""
        value = facts.readings.get(self.name)
        if value is None:
            return Finding(matched=False, clause="signal", value=0.0, text=f"no reading of {self.name}")
        held = (self.above is None or value > self.above) and (self.below is None or value < self.below)
        limits = {word: limit for word, limit in (("above", self.above), ("below", self.below)) if limit is not None}
        said, *others = beside(value, tuple(limits.values()))
        wanted = " and ".join(f"{word} {limit}" for word, limit in zip(limits, others, strict=True))
        return Finding(held, "signal", float(held), f"{self.name} {said}, {'' if held else 'not '}{wanted}")


@dataclass(frozen=True, slots=True)
class Fence:
    """The device is near a place, as its readings ``lat`` and ``lon`` tell, degrees.

    Attributes:
        centre: latitude and longitude of the place, degrees.
        within_m: how far away counts as near, metres.
    """

    centre: tuple[float, float]
    within_m: float

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Measure how far the place is; without a position the condition does not hold."""
        lat, lon = facts.readings.get("lat"), facts.readings.get("lon")
        if lat is None or lon is None:
            return Finding(matched=False, clause="geofence", value=0.0, text="no reading of lat and lon")
        away_m = metres((lat, lon), self.centre)
        held = away_m <= self.within_m
        away, within = apart(away_m, self.within_m, places=0)
        where = f"{away} m away, {'' if held else 'not '}within {within} m"
        return Finding(held, "geofence", float(held), where)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody has asked for the frame."""

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Say who."""
        if facts.asked is None:
            return Finding(matched=False, clause="manual", value=0.0, text="nobody has asked for it")
        return Finding(matched=True, clause="manual", value=1.0, text=f"asked for: {facts.asked}")


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the way between two places on a round earth, metres: ``2 R asin sqrt(h)``, the haversine formula.

    ``h = sin²((b1 - b0) / 2) + cos b0 cos b1 sin²((l1 - l0) / 2)`` (Sinnott, Virtues of the Haversine, 1984).

    Args:
        one: latitude and longitude, degrees.
        other: the same.
    """
    (lat0, lon0), (lat1, lon1) = ((radians(lat), radians(lon)) for lat, lon in (one, other))
    chord = hypot(sin((lat1 - lat0) / 2), sqrt(cos(lat0) * cos(lat1)) * sin((lon1 - lon0) / 2))
    return 2 * EARTH_M * asin(min(1.0, chord))
