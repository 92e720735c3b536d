"""How far the wall clock can be trusted, and the instants of live frames and of recordings."""

from pathlib import Path
from typing import Final

from askance.edge.values import Instant
from askance.wire.capture import ClockQuality

# systemd-timesyncd makes it after its first synchronization since the start.
_SYNCHRONIZED: Final = Path("/run/systemd/timesync/synchronized")

_WALL_2024_MS: Final = 1_704_067_200_000  # 2024-01-01T00:00:00Z; an earlier clock was never set


def synchronized(flag: Path = _SYNCHRONIZED) -> bool:
    """Say whether the system has followed a time server since it started."""
    return flag.exists()


def clock_quality(wall_ms: int, *, synchronized: bool) -> ClockQuality:
    """Judge a wall clock that shows ``wall_ms`` milliseconds since 1970, UTC.

    Args:
        wall_ms: what it shows.
        synchronized: whether the system says that it followed a time server since it started.
    """
    if wall_ms < _WALL_2024_MS:
        return ClockQuality.NONE
    return ClockQuality.NTP if synchronized else ClockQuality.RTC


def instant(monotonic_ns: int, *, wall_ns: int, after_ns: int = 0, synchronized: bool) -> Instant:
    """Return the instant ``after_ns`` nanoseconds after both clocks were read together.

    A wall clock that was never set gives no wall time at all.
    """
    quality = clock_quality(wall_ns // 10**6, synchronized=synchronized)
    wall_ms = None if quality is ClockQuality.NONE else (wall_ns + after_ns) // 10**6
    return Instant(monotonic_ns + after_ns, wall_ms, quality)
