"""Plays a job in this process and collects what it would send to its parent."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from askance.edge.decoding.address import Kind
from askance.edge.decoding.messages import Job, Message, read_message
from askance.edge.decoding.outlet import Outlet
from askance.edge.decoding.reader import play
from askance.edge.decoding.ring import RingReader, Shot, create


def job(
    kind: Kind,
    target: object,
    *,
    fps: float | None = None,
    start: int = 0,
    max_side: int = 8192,
    on_request: bool = False,
    damaged: bool = False,
) -> Job:
    return Job(
        kind,
        str(target),
        fps,
        start,
        open_timeout_s=2,
        read_timeout_s=2,
        max_side=max_side,
        on_request=on_request,
        damaged=damaged,
    )


@dataclass
class Collected:
    """Shots, in order, and messages."""

    shots: list[Shot] = field(default_factory=list[Shot])
    messages: list[Message] = field(default_factory=list[Message])


class _Keeper(Outlet):
    """An outlet whose frames are read at once."""

    def __init__(self, memory: int, ready: int, says: int, *, shots: list[Shot]) -> None:
        super().__init__(memory=memory, ready=ready, free=None, says=says)
        self._reader = RingReader(memory)
        self._shots = shots

    def publish(self, *, position: int, media_ns: int, monotonic_ns: int) -> None:
        super().publish(position=position, media_ns=media_ns, monotonic_ns=monotonic_ns)
        shot = self._reader.read(self._reader.published - 1)
        assert shot is not None
        self._shots.append(shot)


def collect(played: Job, folder: Path) -> Collected:
    """Play a job to its end."""
    memory, ready = create(), os.eventfd(0)
    said = folder / "said.lines"
    says = os.open(said, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    collected = Collected()
    try:
        play(played, _Keeper(memory, ready, says, shots=collected.shots))
    finally:
        for descriptor in (memory, ready, says):
            os.close(descriptor)
    collected.messages = [read_message(line) for line in said.read_bytes().splitlines()]
    return collected


class Collecting:
    """A job that is played in a thread of its own, so that frames can be wanted meanwhile."""

    def __init__(self, played: Job, says: int) -> None:
        self.shots: list[Shot] = []
        self._memory, self._ready = create(), os.eventfd(0)
        self._says = says
        self._wants = RingReader(self._memory)
        keeper = _Keeper(self._memory, self._ready, says, shots=self.shots)
        self._thread = threading.Thread(target=play, args=(played, keeper))
        self._thread.start()

    def want(self) -> None:
        self._wants.want()

    def join(self) -> None:
        self._thread.join(20)
        for descriptor in (self._memory, self._ready, self._says):
            os.close(descriptor)


def collecting(played: Job, folder: Path) -> Collecting:
    """Begin to play a job."""
    return Collecting(played, os.open(folder / "said.lines", os.O_CREAT | os.O_TRUNC | os.O_WRONLY))
