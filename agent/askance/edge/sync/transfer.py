"""The life of one frame under way, as a table.

A frame enters when the store names it as due, WAITING to be asked about: nobody remembers what an earlier connection,
boot or program sent. The centre's answer is either a receipt, which ends the transfer, or what it misses, and then
exactly that is SENDING. When the last range has been acknowledged by the broker the frame is SENT: the broker's word is
worth nothing, so the centre's is waited for. Whenever a wait is too long, or the centre says that it has started anew,
the frame is WAITING again; nothing is asked twice at a time and nothing is asked while ranges are outstanding. What is
missing counts as an answer only: repeated or late, it would have a frame sent twice that has just gone out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from askance.edge.sync.messages import Waiting


class Phase(Enum):
    """Where a frame under way stands."""

    WAITING = auto()  # to be asked about
    ASKED = auto()  # the query is out
    SENDING = auto()  # the centre said what it misses
    SENT = auto()  # the broker has everything


class Turn(Enum):
    """What moves a frame from one phase to the next."""

    ASK = auto()
    MISSING = auto()
    ALL_SETTLED = auto()
    AGAIN = auto()


TRANSITIONS: Final[Mapping[tuple[Phase, Turn], Phase]] = MappingProxyType(
    {
        (Phase.WAITING, Turn.ASK): Phase.ASKED,
        (Phase.WAITING, Turn.AGAIN): Phase.WAITING,
        (Phase.ASKED, Turn.MISSING): Phase.SENDING,
        (Phase.ASKED, Turn.AGAIN): Phase.WAITING,
        (Phase.SENDING, Turn.ALL_SETTLED): Phase.SENT,
        (Phase.SENDING, Turn.AGAIN): Phase.WAITING,
        (Phase.SENT, Turn.AGAIN): Phase.WAITING,
    }
)


@dataclass(slots=True)
class Transfer:
    """One frame under way.

    Attributes:
        frame: which.
        phase: where it stands.
        needs: byte ranges (offset, length) still to be sent, in order.
        outstanding: tickets of its messages that the broker has not acknowledged.
        since: when the last message about it went out; the start of the round trip.
        act_at: WAITING: not to be asked before; ASKED and SENT: not to be waited for beyond.
        owed: bytes that the centre would lack if all that was sent had come there; None: nothing was.
        tries: waits that ended without an answer, or with one that was no better than the last.
        lacked: what the centre said that it misses, the last time; None: it has not spoken, or has started anew.
        carried: whether the broker has taken all of it since.
        longest: bytes of the longest range cut off since.
        barren: answers in a row that missed the same although the broker had taken it.
        swallowed: bytes of the longest message that the last of these was about; 0: it was none of these.
    """

    frame: Waiting
    phase: Phase = Phase.WAITING
    needs: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    outstanding: set[int] = field(default_factory=set[int])
    since: float = 0.0
    act_at: float = 0.0
    owed: int | None = None
    tries: int = 0
    lacked: list[tuple[int, int]] | None = None
    carried: bool = False
    longest: int = 0
    barren: int = 0
    swallowed: int = 0

    def turn(self, turn: Turn) -> bool:
        """Move along the table; False, and nothing changes, when the table has no such move."""
        target = TRANSITIONS.get((self.phase, turn))
        if target is None:
            return False
        self.phase = target
        self.carried = self.carried or turn is Turn.ALL_SETTLED
        return True

    def take(self, longest: int) -> tuple[int, int]:
        """Cut the next range of at most ``longest`` bytes off what is needed."""
        offset, length = self.needs[0]
        self.longest = max(self.longest, min(length, longest))
        self.owed = sum(length for _, length in self.needs) - min(length, longest)
        if length <= longest:
            self.needs.pop(0)
            return offset, length
        self.needs[0] = (offset + longest, length - longest)
        return offset, longest

    def lost(self, ranges: Iterable[tuple[int, int]]) -> bool:
        """Whether some of what was sent has not come to a centre that misses ``ranges``."""
        return self.owed is not None and sum(length for _, length in ranges) > self.owed

    def need(self, ranges: Iterable[tuple[int, int]]) -> bool:
        """Note what is missing, as far as it is part of the frame; whether anything is."""
        size = self.frame.size
        self.needs = [(offset, min(length, size - offset)) for offset, length in ranges if offset < size]
        progress = self.needs != self.lacked
        self.swallowed = 0 if progress or not self.carried else self.longest
        if progress:
            self.tries = self.barren = 0
        elif self.swallowed:
            self.barren += 1
        self.lacked, self.carried, self.longest, self.owed = [*self.needs], False, 0, None
        return bool(self.needs)

    def again(self, at: float) -> None:
        """Have the frame asked about again, not before ``at``."""
        self.turn(Turn.AGAIN)
        self.needs.clear()
        self.act_at = at
