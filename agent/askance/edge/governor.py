"""How often cameras are looked at while the machine is too busy or too hot."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from askance.edge.attention import GovernorSection

STEP: Final = 1.5
"""By which factor the time between two frames grows and shrinks."""

FIRST_S: Final = 0.05
"""The first such time: 20 frames a second, more than most devices look at anyway."""

QUIET_S: Final = 20.0
"""How long the machine has to be well below its limits before cameras are looked at one step more often."""

_CALM_SHARE: Final = 0.85  # of the limit for busy cores
_CALM_DEGREES: Final = 5.0  # below the limit for heat
_EARLY: Final = 0.95  # of the time between two frames: cameras are not punctual


class Strain(NamedTuple):
    """What the machine bears.

    Attributes:
        busy: share of all cores' time in [0, 1]; None where nobody knows.
        celsius: of the hottest sensor; None where there is none.
    """

    busy: float | None
    celsius: float | None


@dataclass(frozen=True, slots=True)
class Throttle:
    """How often each camera is looked at.

    Attributes:
        interval_s: least time between two frames of a camera that are looked at; 0: every frame.
        quiet_since_s: since when the machine has been well below its limits, or was last stepped up; None: it is not.
    """

    interval_s: float = 0.0
    quiet_since_s: float | None = None


def govern(throttle: Throttle, strain: Strain, *, section: GovernorSection, now_s: float) -> Throttle:
    """Take a step: rarer at once above a limit, more often after a while well below all of them.

    Args:
        throttle: what holds now.
        strain: what the machine bears now.
        section: the limits.
        now_s: monotonic seconds.
    """
    slack = _slack(strain.busy, section.cpu, margin=(1 - _CALM_SHARE) * (section.cpu or 0.0))
    slack = min(slack, _slack(strain.celsius, section.temperature, margin=_CALM_DEGREES))
    if slack < 0:
        return Throttle(min(1 / section.fps_min, max(FIRST_S, throttle.interval_s * STEP)))
    if slack < 1:
        return Throttle(throttle.interval_s)
    since_s = now_s if throttle.quiet_since_s is None else throttle.quiet_since_s
    if now_s - since_s < QUIET_S:
        return Throttle(throttle.interval_s, since_s)
    longer_s = throttle.interval_s / STEP
    return Throttle(0.0 if longer_s < FIRST_S else longer_s, now_s)


def due(throttle: Throttle, last_ns: int | None, *, at_ns: int) -> bool:
    """Whether a camera's frame is looked at.

    Args:
        throttle: how often.
        last_ns: when the last frame was taken that was looked at, nanoseconds; None: there was none.
        at_ns: when this one was taken.
    """
    return last_ns is None or at_ns - last_ns >= throttle.interval_s * _EARLY * 1e9


def _slack(measured: float | None, limit: float | None, *, margin: float) -> float:
    """Return how far below its limit a measure is, in margins; negative above it."""
    return 1.0 if measured is None or limit is None else (limit - measured) / margin
