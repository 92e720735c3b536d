"""The best frames, not the first: a rule with a budget takes a frame only if it is among the best it will see."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, replace
from math import ceil
from operator import attrgetter
from typing import Final, NamedTuple

from askance.units import Rate

FINENESS: Final = 8
"""Into so many stretches of time the share of a period is cut that one frame of the budget has."""

MOST: Final = 1024
"""Stretches that are remembered of a period, however large the budget."""


class Best(NamedTuple):
    """What the best frame of a stretch of time was worth to the rule; ``began_ns`` is when the stretch began."""

    began_ns: int
    value: float


_began = attrgetter("began_ns")


@dataclass(frozen=True, slots=True)
class Bar:
    """What a rule has seen lately, on the clock that budgets run on.

    Attributes:
        since_ns: when it first looked; None: it has not.
        bests: of the stretches in which it matched, oldest first.
        ranked: their values, the least first.
    """

    since_ns: int | None = None
    bests: tuple[Best, ...] = ()
    ranked: tuple[float, ...] = ()

    def look(self, now_ns: int) -> "Bar":
        """Note that time was watched, whether or not there was anything to see.

        Frames of several cameras come out of order: one may be from before the first. Time was watched then, too, and
        what is known stays.
        """
        return self if self.since_ns is not None and self.since_ns <= now_ns else replace(self, since_ns=now_ns)

    def note(self, value: float, *, rate: Rate, pause_ns: int, now_ns: int) -> "Bar":
        """Note a frame that matched.

        Args:
            value: what it is worth.
            rate: the rule's budget of frames.
            pause_ns: its cooldown: of frames so near to each other one is taken at most.
            now_ns: when it was taken; one that comes late counts with the latest.
        """
        period_ns = rate.period_ns
        now_ns = max(now_ns, self.bests[-1].began_ns) if self.bests else now_ns
        stretch_ns = max(pause_ns, period_ns // min(MOST, FINENESS * round(rate.amount) or 1), 1)
        if self.bests:
            oldest, newest = self.bests[0], self.bests[-1]
            fresh = now_ns - oldest.began_ns < period_ns and now_ns - newest.began_ns < stretch_ns
            if fresh and value <= newest.value:
                return self
        first = bisect_right(self.bests, now_ns - period_ns, key=_began)
        bests, ranked = list(self.bests[first:]), list(self.ranked)
        gone = list(self.bests[:first])
        begun = Best(now_ns, value)
        if bests and now_ns - bests[-1].began_ns < stretch_ns:
            gone.append(bests.pop())
            begun = Best(gone[-1].began_ns, max(value, gone[-1].value))
        for best in gone:
            del ranked[bisect_left(ranked, best.value)]
        insort(ranked, begun.value)
        return Bar(self.since_ns, (*bests, begun), tuple(ranked))

    def height(self, *, rate: Rate, now_ns: int) -> float:
        """Return what a frame has to be worth: as much as the least of those that the budget would have paid for.

        With a budget of ``n`` frames a period those are the ``ceil(n t / period)`` best stretches of the time ``t``
        that was watched, a period at most. So the bar rises and falls with what there is to see, and in the long run
        as many frames pass as the budget bears.

        Args:
            rate: the rule's budget of frames.
            now_ns: the moment.
        """
        period_ns = rate.period_ns
        watched_ns = period_ns if self.since_ns is None else min(period_ns, max(0, now_ns - self.since_ns))
        rank = max(1, ceil(rate.amount * watched_ns / period_ns))
        return self.ranked[-rank] if len(self.ranked) >= rank else 0.0
