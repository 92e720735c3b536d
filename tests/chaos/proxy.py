"""A TCP proxy on loopback that treats connections as bad networks do, and counts what goes through.

It runs on a thread of its own; every method may be called from any other. Bytes are counted when they come in: what
was sent into a hole was on the wire too.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Final, Self, TypeVar

PIECE: Final = 16 * 1024
AHEAD: Final = 16  # pieces on the way: what a bad line holds back is felt by who sends
TICK_S: Final = 0.02
SLOW_CLOSE_S: Final = 2.0

Outcome = TypeVar("Outcome")


class Ending(Enum):
    """How a connection ends."""

    CLOSE = auto()  # in order, both ways
    RESET = auto()
    SILENCE = auto()  # half open: both ends stand, and nothing gets through any more
    SLOW_CLOSE = auto()  # one way at once, the other when ``SLOW_CLOSE_S`` are over


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the line is just now.

    Attributes:
        latency_s: on the way, one direction.
        jitter_s: at most as much again, by chance; the order of bytes is kept.
        bytes_per_s: in each direction of each connection; None: as fast as it goes.
        cut: after how many bytes, least and most, a connection that begins now ends; None: it does not.
        stalled: nothing moves, and nothing gets lost.
        away: connections are taken and nothing of them gets through, for good.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float | None = None
    cut: tuple[int, int] | None = None
    stalled: bool = False
    away: bool = False


CALM: Final = Conditions()


@dataclass(slots=True)
class Passage:
    """One connection through the proxy.

    Attributes:
        up: bytes that came from who dialled.
        down: bytes that came from who was dialled.
        cut_at: after so many bytes of both it ends by itself; None: it does not.
        silent: whatever comes in is swallowed.
        over: neither end stands any more.
    """

    up: int = 0
    down: int = 0
    cut_at: int | None = None
    silent: bool = False
    over: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter], repr=False)


class Proxy:
    """Listens on ``port`` and passes on to ``target`` on loopback, until it is closed.

    Attributes:
        conditions: how the line is; they hold for every connection from the next bytes on.
        passages: every connection so far.
        port: where it listens.
    """

    def __init__(self, target: int, *, random: Random) -> None:
        self.conditions = CALM
        self.passages: list[Passage] = []
        self.port = 0
        self._target = target
        self._random = random
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._accept, "127.0.0.1", 0, limit=PIECE))
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *exception: object) -> None:
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def up(self) -> int:
        """Bytes that came from those who dialled, so far."""
        return sum(passage.up for passage in self.passages)

    @property
    def stands(self) -> bool:
        """Whether there is a connection over which both ends have spoken, and may go on."""
        return any(passage.up and passage.down and not passage.silent for passage in list(self.passages))

    def end(self, ending: Ending) -> None:
        """End every connection that stands."""
        self._do(self._end_all(ending))

    def _do(self, work: Coroutine[object, object, Outcome]) -> Outcome:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _shut(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        writers = [writer for passage in self.passages for writer in passage.writers]
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)

    async def _end_all(self, ending: Ending) -> None:
        for passage in self.passages:
            if not passage.over:
                self._end(passage, ending)

    def _end(self, passage: Passage, ending: Ending) -> None:
        passage.silent = True
        if ending is Ending.SILENCE:
            return
        passage.over = True
        for index, writer in enumerate(passage.writers):
            if ending is Ending.RESET:
                channel: socket.socket = writer.get_extra_info("socket")
                with suppress(OSError):  # the other end may have closed it
                    channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            elif ending is Ending.SLOW_CLOSE and index > 0:
                self._loop.call_later(SLOW_CLOSE_S, writer.close)
            else:
                writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut = self.conditions.cut
        passage = Passage(cut_at=None if cut is None else self._random.randint(*cut))
        self.passages.append(passage)
        passage.writers.append(writer)
        if self.conditions.away:
            passage.silent = True  # for good: who waits for an answer here waits in vain
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target, limit=PIECE)
        except OSError:
            self._end(passage, Ending.RESET)
            return
        passage.writers.append(far_writer)
        for source, sink, up in ((reader, far_writer, True), (far_reader, writer, False)):
            task = self._loop.create_task(self._carry(source, sink, passage=passage, up=up))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, passage: Passage, up: bool
    ) -> None:
        """Carry one direction of a connection until it ends."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(AHEAD)
        delivery = self._loop.create_task(self._deliver(pieces, sink, passage=passage))
        try:
            with suppress(OSError):
                while data := await source.read(PIECE):
                    passage.up, passage.down = passage.up + up * len(data), passage.down + (not up) * len(data)
                    if not passage.silent:
                        delay_s = self.conditions.latency_s + self.conditions.jitter_s * self._random.random()
                        await pieces.put((self._loop.time() + delay_s, data))
            if not passage.silent:
                await pieces.join()
                self._end(passage, Ending.CLOSE)
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    async def _deliver(
        self, pieces: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter, *, passage: Passage
    ) -> None:
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            while self.conditions.stalled and not passage.silent:  # noqa: ASYNC110 (other threads set it, not this loop)
                await asyncio.sleep(TICK_S)
            if (rate := self.conditions.bytes_per_s) is not None:
                await asyncio.sleep(len(data) / rate)
            if passage.cut_at is not None and passage.up + passage.down >= passage.cut_at and not passage.silent:
                self._end(passage, self._random.choice(list(Ending)))
            if not passage.silent:
                with suppress(OSError):
                    sink.write(data)
                    await sink.drain()
            pieces.task_done()
