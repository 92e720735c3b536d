"""Which frames are analysed when fewer are wanted than come."""

from dataclasses import dataclass
from typing import Final

# A frame may come a little early, a twentieth of a period but at most so long: time stamps are rounded, and 25 of 25
# frames a second means all.
_EARLY_S: Final = 0.005
_EARLY_PERIODS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``fps`` frames a second, evenly.

    Attributes:
        fps: frames a second; None: every frame.
        tick: the last period that had its frame; None before the first.
    """

    fps: float | None
    tick: int | None = None

    def due(self, at_ns: int) -> "Pace | None":
        """Return the pace after a frame at ``at_ns`` nanoseconds from the first is analysed; None to skip it."""
        if self.fps is None:
            return self
        tick = int(at_ns * self.fps / 1e9 + min(_EARLY_PERIODS, _EARLY_S * self.fps))
        return None if self.tick is not None and tick <= self.tick else Pace(self.fps, tick)
