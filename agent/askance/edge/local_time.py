"""When a frame was taken, by the clocks of the place."""

from datetime import UTC, datetime

from askance.edge.values import Instant
from askance.wire.capture import ClockQuality


def local_time(taken: Instant) -> datetime | None:
    """Return when a frame was taken, in the time zone that this machine is set to; None where nobody knows.

    A rule must not expire, or hold, by mistake: a clock that was never set says nothing.
    """
    if taken.wall_ms is None or taken.clock is ClockQuality.NONE:
        return None
    try:
        return datetime.fromtimestamp(taken.wall_ms / 1000, tz=UTC).astimezone()
    except (OverflowError, ValueError):  # a clock beyond the year 9999
        return None
