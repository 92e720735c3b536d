"""A model centre: stages ranges, commits whole frames, answers queries, restarts, loses its voice."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Protocol

from askance.edge.sync import SendRange, Waiting
from askance.wire.identity import FrameId, Sha256
from askance.wire.receipts import Missing, Receipt, Receipts, Stored
from support_faults import Agenda, Setup, happens


class FarSide(Protocol):
    """Whatever stands behind the broker of a ``World``."""

    @property
    def committed(self) -> Mapping[FrameId, Sha256]:
        """What it holds for good."""
        ...

    def take(self, command: SendRange) -> None:
        """Take a range of an envelope in."""

    def asked(self, frames: tuple[Waiting, ...]) -> None:
        """Take a query in."""

    def restart(self) -> None:
        """Be away for a while."""


class Centre:
    """Commits frames whose bytes it has all, and answers what it lacks of others.

    Args:
        setup: the ground.
        agenda: the time.
        random: of every chance.
        say: takes receipts to the device.
    """

    def __init__(self, setup: Setup, agenda: Agenda, *, random: Random, say: Callable[[Receipts], None]) -> None:
        self.committed: dict[FrameId, Sha256] = {}
        self._setup = setup
        self._agenda = agenda
        self._random = random
        self._say = say
        self._up = True
        self._staged: dict[FrameId, bytearray] = {}

    def take(self, command: SendRange) -> None:
        """Stage a range; commit when it was the last, unless the process dies just before."""
        if not self._up:
            return
        frame = command.frame
        staged = self._staged.setdefault(frame.frame_id, bytearray(frame.size))
        staged[command.offset : command.offset + command.length] = b"\x01" * command.length
        dies = self._setup.at(self._agenda.now).centre_restart_every_s is not None and happens(0.2, self._random)
        if frame.frame_id in self.committed or not (dies or 0 in staged):
            self._answer([self._hold(frame)])

    def asked(self, frames: tuple[Waiting, ...]) -> None:
        """Answer a query; a frame that is complete and not committed is committed now."""
        if self._up:
            self._answer([receipt for frame in frames if (receipt := self._standing(frame)) is not None])

    def restart(self) -> None:
        """Be away for a while; what was committed or staged stays."""
        self._up = False
        self._agenda.later(self._random.uniform(0.5, 20.0), self._return)

    def _return(self) -> None:
        self._up = True
        self._answer([], hello=True)

    def _standing(self, frame: Waiting) -> Receipt | None:
        if frame.frame_id in self.committed:
            return self._hold(frame)
        need = tuple(gaps(self._staged.get(frame.frame_id, bytearray(frame.size))))
        if need:
            return Missing(id=frame.frame_id, sha=frame.sha256, need=need[:256])
        return self._hold(frame) if self._setup.assembles_on_query else None

    def _hold(self, frame: Waiting) -> Receipt:
        before = frame.frame_id in self.committed
        self.committed[frame.frame_id] = frame.sha256
        return Stored(st="dup" if before else "stored", id=frame.frame_id, sha=frame.sha256)

    def _answer(self, receipts: list[Receipt], *, hello: bool = False) -> None:
        if not receipts and not hello:
            return
        faults = self._setup.at(self._agenda.now)
        pause_s = self._random.uniform(0, 10) if faults.pauses and happens(0.2, self._random) else 0.0
        credit = self._random.choice(self._setup.credits)
        said = Receipts(a=tuple(receipts), credit=credit, pause_s=pause_s, hello=hello)
        if not happens(faults.lose_down, self._random):
            self._agenda.later(self._random.uniform(0, faults.reorder_s), lambda: self._say(said))
        if happens(faults.duplicate, self._random):
            self._agenda.later(self._random.uniform(0, 5), lambda: self._say(said))


def gaps(staged: bytearray) -> Iterator[tuple[int, int]]:
    """Yield the runs of zeros as (offset, length)."""
    start = staged.find(0)
    while start >= 0:
        end = staged.find(1, start)
        end = len(staged) if end < 0 else end
        yield start, end - start
        start = staged.find(0, end)
