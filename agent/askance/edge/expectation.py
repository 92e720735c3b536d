"""What a camera usually shows: how many objects of each label at each hour of the day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final, NamedTuple, TypeAlias

HOURS: Final = 24

MEMORY: Final = 400
"""So many looks weigh as much as all before them: about a week of one hour a day, a look a minute."""

LEAST: Final = 30
"""Before so many looks at an hour nothing is usual."""

_GONE: Final = 1e-3  # a label this seldom is forgotten, else every error of a year would be remembered


class Spread(NamedTuple):
    """How many objects of a label a frame shows: exponentially weighted mean and variance of their number."""

    mean: float
    variance: float


Usual: TypeAlias = Mapping[int, Spread]
"""By label id; a label that is not listed is never there."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What was seen in one hour of the day, on all days.

    Attributes:
        looks: how many frames were learnt from.
        labels: what they showed.
    """

    looks: int = 0
    labels: Usual = field(default_factory=dict[int, Spread])

    def __post_init__(self) -> None:
        if self.looks < 0 or not all(0.0 <= number < inf for spread in self.labels.values() for number in spread):
            raise ValueError(f"expected finite means, variances and looks from 0 up, got {self}")


_EMPTY: Final = Hour()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a camera has shown; empty at first.

    Attributes:
        hours: by hour of the day, 0 to 23; those never seen are missing.
    """

    hours: Mapping[int, Hour] = field(default_factory=dict[int, Hour])

    def __post_init__(self) -> None:
        if not self.hours.keys() <= set(range(HOURS)):
            raise ValueError(f"expected hours from 0 to {HOURS - 1}, got {sorted(self.hours)}")

    def usual(self, hour: int) -> Usual | None:
        """Return what an hour usually shows; None where too little of it was seen."""
        seen = self.hours.get(hour, _EMPTY)
        return seen.labels if seen.looks >= LEAST else None


def learn(memory: Expectation, counts: Mapping[int, int], *, hour: int) -> Expectation:
    """Learn from one look at the camera, about one a minute: ``MEMORY`` counts looks, and frames of a second are alike.

    With the weight ``a`` of a look, a count ``x`` moves the mean by ``a d``, ``d = x - mean``, and the variance to
    ``(1 - a) (variance + a d^2)`` (Finch, Incremental calculation of weighted mean and variance, 2009). The first looks
    weigh alike, ``a = 1 / n``; from ``MEMORY`` on ``a`` stays, and older ones fade.

    Args:
        memory: of the camera.
        counts: by label id, how many objects the frame reports; a label that is not listed has none.
        hour: of the day, 0 to 23, by any clock that goes evenly.

    Raises:
        ValueError: no such hour.
    """
    seen = memory.hours.get(hour, _EMPTY)
    weight = 1.0 / min(seen.looks + 1, MEMORY)
    known = {
        label: _moved(seen.labels.get(label, Spread(0.0, 0.0)), counts.get(label, 0), weight=weight)
        for label in seen.labels.keys() | counts.keys()
    }
    labels = {label: spread for label, spread in sorted(known.items()) if spread.mean > _GONE}
    return Expectation({**memory.hours, hour: Hour(min(seen.looks + 1, MEMORY), labels)})


def _moved(spread: Spread, count: int, *, weight: float) -> Spread:
    distance = count - spread.mean
    variance = (1.0 - weight) * (spread.variance + weight * distance**2)
    return Spread(spread.mean + weight * distance, variance)


def to_json(memory: Expectation) -> dict[str, Any]:
    """Return the memory in types that JSON has, the hours and labels as text."""
    return {
        str(hour): {"looks": seen.looks, "labels": {str(label): list(spread) for label, spread in seen.labels.items()}}
        for hour, seen in sorted(memory.hours.items())
    }


def from_json(document: Mapping[str, Any]) -> Expectation:
    """Return the memory that ``to_json`` wrote.

    Raises:
        ValueError: it did not write this.
    """
    try:
        return Expectation({int(hour): _hour(each) for hour, each in document.items()})
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not what a camera usually shows: {error}") from error


def _hour(document: Mapping[str, Any]) -> Hour:
    labels = {int(label): Spread(*map(float, pair)) for label, pair in document["labels"].items()}
    return Hour(int(document["looks"]), labels)
