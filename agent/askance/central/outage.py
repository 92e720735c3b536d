"""A time in which nothing can be kept: when to try again, and how long devices wait meanwhile."""

from typing import Final

FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0


class Outage:
    """The store's state as the last attempts showed it; every time is in monotonic seconds."""

    def __init__(self) -> None:
        self._failures = 0
        self._retry_at = 0.0

    def fail(self, now: float) -> bool:
        """Note a failed attempt: the wait doubles from ``FIRST_S`` to ``LONGEST_S``; whether it is the first."""
        self._failures += 1
        self._retry_at = now + min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures - 1, 30))
        return self._failures == 1

    def end(self) -> int:
        """Note an attempt that succeeded; return how many had failed before it."""
        failures, self._failures, self._retry_at = self._failures, 0, 0.0
        return failures

    def left_s(self, now: float) -> float:
        """Return the seconds to the next attempt; 0 when one may be made now."""
        return max(0.0, self._retry_at - now) if self._failures else 0.0
