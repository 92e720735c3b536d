"""What a rule has spent, exactly: never more than its budget in any window of the period, also across restarts."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from operator import attrgetter

from askance.edge.values import Spending
from askance.units import Rate

_at = attrgetter("at_ns")


@dataclass(frozen=True, slots=True)
class Limits:
    """A rule's budgets; None: unlimited."""

    frames: Rate | None = None
    bytes: Rate | None = None


@dataclass(frozen=True, slots=True)
class Purse:
    """A sliding-window log: what one rule paid lately, in the order of time.

    A window is half open, ``[t, t + period)``. Time may step back by up to a period (cameras are interleaved, a
    recording begins anew): payments on both sides of ``now`` count, so that no window around it is overdrawn.
    """

    spendings: tuple[Spending, ...] = ()

    def near(self, now_ns: int, *, within_ns: int) -> tuple[Spending, ...]:
        """Return the payments less than ``within_ns`` nanoseconds away from ``now_ns``."""
        if not self.spendings:
            return ()
        first = bisect_right(self.spendings, now_ns - within_ns, key=_at)
        last = bisect_left(self.spendings, now_ns + within_ns, key=_at)
        return self.spendings[first:last]

    def affords_frame(self, limits: Limits, *, now_ns: int) -> bool:
        """Whether one more frame fits the budget of frames."""
        rate = limits.frames
        return rate is None or sum(paid.frames for paid in self.near(now_ns, within_ns=rate.period_ns)) < rate.amount

    def affords_bytes(self, limits: Limits, size: int, *, now_ns: int) -> bool:
        """Whether ``size`` more bytes fit the budget of bytes."""
        rate = limits.bytes
        return (
            rate is None
            or sum(paid.bytes for paid in self.near(now_ns, within_ns=rate.period_ns)) + size <= rate.amount
        )

    def pay(self, spending: Spending, *, memory_ns: int) -> "Purse":
        """Add a payment and forget those more than two times ``memory_ns`` before it.

        Args:
            spending: what is paid.
            memory_ns: the longest window that anybody will ask about.
        """
        spendings = list(self.spendings)
        insort(spendings, spending, key=_at)
        oldest = bisect_left(spendings, spending.at_ns - 2 * memory_ns, key=_at)
        return Purse(tuple(spendings[oldest:]))


def longest_ns(limits: Limits) -> int:
    """Return the longest period of the budgets; 0 without any."""
    return max((rate.period_ns for rate in (limits.frames, limits.bytes) if rate is not None), default=0)
