"""Whether a series of readings stays flat once a program is warm."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression
from typing import Final

WARM: Final = 0.1  # of the passes: by then every buffer has been needed once


@dataclass(frozen=True, slots=True)
class Reading:
    """What a program held at one moment.

    Attributes:
        passes: forward passes so far.
        seconds: since the start.
        resident_mb: memory.
        threads: how many.
        descriptors: how many.
    """

    passes: int
    seconds: float
    resident_mb: float
    threads: int
    descriptors: int


@dataclass(frozen=True, slots=True)
class Growth:
    """One quantity of a series after its warm-up.

    Attributes:
        first: when it was warm.
        last: at the end.
        most: on the way.
        slope: per million passes, least squares.
        flat: whether it never rose above the first by more than was allowed.
    """

    first: float
    last: float
    most: float
    slope: float
    flat: bool


def judge(series: Sequence[Reading], quantity: str, *, allowed: float) -> Growth:
    """Judge one quantity of a series.

    Args:
        series: in order, at least two of them warm.
        quantity: a field of ``Reading``.
        allowed: how far it may rise above its first warm reading.

    Raises:
        ValueError: there are too few readings.
    """
    warm = [reading for reading in series if reading.passes >= WARM * series[-1].passes] if series else []
    if len(warm) < 2:  # noqa: PLR2004 (a line through one point has no slope)
        raise ValueError(f"expected at least two readings after the warm-up, got {len(warm)} of {len(series)}")
    values = [float(getattr(reading, quantity)) for reading in warm]
    slope = linear_regression([reading.passes / 1e6 for reading in warm], values).slope
    return Growth(values[0], values[-1], max(values), slope, flat=max(values) - values[0] <= allowed)
