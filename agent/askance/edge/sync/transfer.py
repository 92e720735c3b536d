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
        tries: waits that ended without an answer.
    """

    frame: Waiting
    phase: Phase = Phase.WAITING
    needs: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    outstanding: set[int] = field(default_factory=set[int])
    since: float = 0.0
    act_at: float = 0.0
    tries: int = 0

    def turn(self, turn: Turn) -> bool:
        """Move along the table; False, and nothing changes, when the table has no such move."""
        target = TRANSITIONS.get((self.phase, turn))
        if target is None:
            return False
        self.phase = target
        return True

    def take(self, longest: int) -> tuple[int, int]:
        """Cut the next range of at most ``longest`` bytes off what is needed."""
        offset, length = self.needs[0]
        if length <= longest:
            self.needs.pop(0)
            return offset, length
        self.needs[0] = (offset + longest, length - longest)
        return offset, longest

    def need(self, ranges: Iterable[tuple[int, int]]) -> bool:
        """Note what is missing, as far as it is part of the frame; whether anything is."""
        size = self.frame.size
        self.needs = [(offset, min(length, size - offset)) for offset, length in ranges if offset < size]
        return bool(self.needs)

    def again(self, at: float) -> None:
        """Have the frame asked about again, not before ``at``."""
        self.turn(Turn.AGAIN)
        self.needs.clear()
        self.act_at = at
