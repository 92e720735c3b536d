"""What a simulated run stands on: the frames, the line, what goes wrong and when; and the agenda of simulated time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

from askance.wire.identity import FrameId


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, as probabilities per message, or mean seconds between incidents; nothing by default."""

    lose_up: float = 0.0  # the broker acknowledges a message and forgets it
    lose_down: float = 0.0
    duplicate: float = 0.0  # a receipt comes again, up to five seconds later
    reorder_s: float = 0.0  # most seconds that receipts lie about
    break_every_s: float | None = None
    freeze_every_s: float | None = None  # the broker stops acknowledging while the line looks up
    centre_restart_every_s: float | None = None  # down for a while; may die between a chunk and its assembly
    device_restart_every_s: float | None = None
    cut: float = 0.0  # of the device's power, before any one thing that it does; see support_power
    pauses: bool = False
    refuse: float = 0.0  # the broker refuses a message with a reason code
    evict: float = 0.0  # a frame is gone when it is to be sent
    longest_unannounced: int | None = None  # the broker hangs up on anything longer and has not said so
    longest_swallowed: int | None = None  # the broker acknowledges anything longer and throws it away


@dataclass(frozen=True, slots=True)
class Setup:
    """The ground on which a run takes place."""

    sizes: tuple[int, ...]
    faults: Faults = Faults()
    faults_end_s: float = 120.0
    bytes_per_s: float = 200_000.0
    receive_maximum: int | None = None
    maximum_packet: int | None = None
    credits: tuple[int | None, ...] = (16,)
    assembles_on_query: bool = True

    def at(self, now: float) -> Faults:
        """Return what goes wrong at ``now``; a broker's limit outlasts the other faults."""
        if now < self.faults_end_s:
            return self.faults
        unannounced, swallowed = self.faults.longest_unannounced, self.faults.longest_swallowed
        return replace(Faults(), longest_unannounced=unannounced, longest_swallowed=swallowed)


@dataclass(slots=True)
class Tally:
    """What a run cost."""

    sent_bytes: int = 0
    sent_messages: int = 0
    queries: int = 0
    ticks: int = 0
    calls: int = 0
    hang_ups: int = 0
    quarantined: dict[FrameId, str] = field(default_factory=dict[FrameId, str])
    delivered: list[FrameId] = field(default_factory=list[FrameId])
    evicted: set[FrameId] = field(default_factory=set[FrameId])
    ceilings: list[int] = field(default_factory=list[int])


class Agenda:
    """Simulated time: actions in the order of their hour."""

    def __init__(self) -> None:
        self.now = 0.0
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Have ``action`` done after ``delay_s`` seconds."""
        heapq.heappush(self._entries, (self.now + delay_s, next(self._order), action))

    def scatter(self, action: Callable[[], None], *, every_s: float | None, until_s: float, random: Random) -> None:
        """Have ``action`` done now and then; never when ``every_s`` is None."""
        at = 0.0
        while every_s is not None and (at := at + random.expovariate(1 / every_s)) < until_s:
            self.later(at - self.now, action)

    def step(self, until_s: float) -> bool:
        """Do what is next; False when nothing is, or not before ``until_s``."""
        if not self._entries or self._entries[0][0] > until_s:
            return False
        self.now, _, action = heapq.heappop(self._entries)
        action()
        return True


def happens(probability: float, random: Random) -> bool:
    """Throw a coin."""
    return probability > 0 and random.random() < probability
