"""The control socket: a few callers at a time, each of them allowed little room and little time."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Final, Self

from askance.edge.control.address import NAME, short
from askance.edge.control.messages import Answer, write
from askance.edge.health import Health
from askance.edge.workers import Pulse

MOST_CONNECTIONS: Final = 8
LONGEST_LINE: Final = 64 * 1024
PATIENCE_S: Final = 30.0
"""How long a caller may take over a line, and over taking its answer, seconds."""
LOOK_S: Final = 0.5
AGAIN_S: Final = 5.0
_MODE: Final = 0o660
_PIECE: Final = 2**16

BUSY: Final = write(Answer(error=f"{MOST_CONNECTIONS} others are speaking", hint="try again"))
TOO_LONG: Final = write(Answer(error=f"more than {LONGEST_LINE} bytes without a line end", hint="one object a line"))


@dataclass(slots=True, eq=False)
class _Caller:
    """One who has called: what came of it and is not answered, and what it has not taken yet.

    Attributes:
        since_s: since when it has been silent or, where it owes something, since when that; monotonic seconds.
        ended: it says no more.
    """

    channel: socket.socket
    since_s: float
    inbox: bytearray = field(default_factory=bytearray)
    outbox: bytearray = field(default_factory=bytearray)
    ended: bool = False

    @property
    def owes(self) -> bool:
        """Whether it has to end a line, or to take an answer."""
        return bool(self.inbox or self.outbox)

    @property
    def waits(self) -> bool:
        """Whether there is something to do for it before it is listened to again."""
        return bool(self.outbox) or b"\n" in self.inbox


class Server:
    """Answers lines on a socket in a folder that this process holds; for one thread.

    Nobody who calls can hold it up: it never waits for one of them, and when all places are taken the one goes that
    has been silent for longest.

    Args:
        folder: the store's; a socket that an earlier run has left there is replaced.
        reply: makes a line, with its end, of a line without it.
        clock: monotonic seconds.

    Raises:
        OSError: the socket cannot be made.
    """

    def __init__(self, folder: Path, reply: Callable[[bytes], bytes], *, clock: Callable[[], float]) -> None:
        self._path, self._reply, self._clock = folder / NAME, reply, clock
        self._callers: list[_Caller] = []
        self._selector = DefaultSelector()
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)
            os.fchmod(self._listening.fileno(), _MODE)  # less the process's umask, and so from its first moment on
            with short(folder) as address:
                self._listening.bind(address)
            self._listening.listen(MOST_CONNECTIONS)
        except OSError:
            self._listening.close()
            self._selector.close()
            raise
        self._listening.setblocking(False)
        self._selector.register(self._listening, EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up on everybody, and take the socket away."""
        for caller in tuple(self._callers):
            self._hang_up(caller)
        self._selector.close()
        self._listening.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def step(self, wait_s: float) -> None:
        """Wait a moment for somebody to say something, and answer."""
        for key, events in self._selector.select(wait_s):
            caller: _Caller | None = key.data
            if caller is None:
                self._accept()
            elif caller in self._callers:  # it may just have made room for another
                self._serve(caller, events)
        now_s = self._clock()
        for caller in tuple(self._callers):
            if caller.owes and now_s - caller.since_s > PATIENCE_S:
                self._hang_up(caller)

    def _accept(self) -> None:
        try:
            channel, _ = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError):  # who called has gone
            return
        channel.setblocking(False)
        if not self._make_room():
            with suppress(OSError):
                channel.send(BUSY)
            channel.close()
            return
        caller = _Caller(channel, self._clock())
        self._callers.append(caller)
        self._selector.register(channel, EVENT_READ, caller)

    def _make_room(self) -> bool:
        """Have a place for one more; False when everybody is in the middle of something."""
        if len(self._callers) < MOST_CONNECTIONS:
            return True
        silent = min((caller for caller in self._callers if not caller.owes), key=attrgetter("since_s"), default=None)
        if silent is not None:
            self._hang_up(silent)
        return silent is not None

    def _serve(self, caller: _Caller, events: int) -> None:
        """Take one step with a caller: at most one piece in, one line answered and one piece out."""
        try:
            if events & EVENT_READ:
                self._receive(caller)
            if not caller.outbox:
                caller.outbox += self._next_answer(caller)
            if caller.outbox:
                self._send(caller)
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up(caller)
            return
        if caller.ended and not caller.waits:
            self._hang_up(caller)
            return
        self._selector.modify(caller.channel, EVENT_WRITE if caller.waits else EVENT_READ, caller)

    def _receive(self, caller: _Caller) -> None:
        piece = caller.channel.recv(_PIECE)
        if not caller.owes:
            caller.since_s = self._clock()
        caller.inbox += piece or b"\n"  # the last line may lack its end
        caller.ended = not piece

    def _next_answer(self, caller: _Caller) -> bytes:
        """Answer the next line that is not empty; nothing where there is none."""
        caller.inbox = caller.inbox.lstrip(b"\r\n")
        line, end, rest = caller.inbox.partition(b"\n")
        if len(line) > LONGEST_LINE:
            caller.inbox.clear()
            caller.ended = True
            return TOO_LONG
        if not end:
            return b""
        caller.inbox = rest
        return self._reply(bytes(line)) if line.strip() else b""

    def _send(self, caller: _Caller) -> None:
        del caller.outbox[: caller.channel.send(caller.outbox)]
        if not caller.outbox:
            caller.since_s = self._clock()

    def _hang_up(self, caller: _Caller) -> None:
        self._callers.remove(caller)
        self._selector.unregister(caller.channel)
        caller.channel.close()


def serve(
    pulse: Pulse, reply: Callable[[bytes], bytes], *, folder: Path, health: Health, clock: Callable[[], float]
) -> None:
    """Answer until the agent stops; a socket that cannot be made is trouble, and tried again.

    Args:
        pulse: the worker's.
        reply: see ``Server``.
        folder: the store's.
        health: takes the trouble.
        clock: monotonic seconds.
    """
    while pulse.going():
        try:
            with Server(folder, reply, clock=clock) as server:
                health.trouble("control", None)
                while pulse.going():
                    server.step(LOOK_S)
        except OSError as error:
            health.trouble("control", f"{error.strerror}: nobody can tell or ask it anything; see `store.path`")
            pulse.stop.wait(AGAIN_S)
