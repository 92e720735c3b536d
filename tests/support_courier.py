"""A courier on a real line, with a shelf in memory."""

import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from askance.edge.courier import Courier
from askance.edge.health import Health
from askance.edge.sync import Patience, Sync, Waiting, Window
from askance.errors import StoreFullError
from askance.line import Line
from askance.mqtt import Message
from askance.wire.codec import digest, dump_json
from askance.wire.identity import DeviceId, FrameId, Sha256, new_frame_id
from askance.wire.receipts import MAX_RULE_TALLIES, RuleTally, Status
from askance.wire.topics import Up, up
from support_link import section

DEVICE = DeviceId("camera-1")


@dataclass
class Shelf:
    """A store in memory."""

    frames: dict[FrameId, bytes] = field(default_factory=dict[FrameId, bytes], repr=False)
    delivered: list[FrameId] = field(default_factory=list[FrameId])
    quarantined: dict[FrameId, str] = field(default_factory=dict[FrameId, str])
    ceilings: dict[str, int] = field(default_factory=dict[str, int])
    full: bool = False
    gone: set[FrameId] = field(default_factory=set[FrameId])

    def put(self, envelope: bytes) -> FrameId:
        frame_id = new_frame_id(wall_ms=len(self.frames), randomness=digest(envelope)[:10].encode())
        self.frames[frame_id] = envelope
        return frame_id

    def due(self, limit: int, *, exclude: Collection[FrameId]) -> Sequence[Waiting]:
        waiting = [Waiting(frame_id, digest(envelope), len(envelope)) for frame_id, envelope in self.frames.items()]
        return [frame for frame in waiting if frame.frame_id not in exclude][:limit]

    def read(self, frame_id: FrameId, offset: int, *, length: int) -> bytes | None:
        if frame_id in self.gone:
            self.frames.pop(frame_id, None)
        envelope = self.frames.get(frame_id)
        return None if envelope is None else envelope[offset : offset + length]

    def deliver(self, frame_id: FrameId, sha256: Sha256) -> bool:
        if self.full:
            raise StoreFullError("no space left")
        if frame_id not in self.frames or digest(self.frames[frame_id]) != sha256:
            return False
        del self.frames[frame_id]
        self.delivered.append(frame_id)
        return True

    def quarantine(self, frame_id: FrameId, reason: str) -> bool:
        self.quarantined[frame_id] = reason
        return self.frames.pop(frame_id, None) is not None

    def set_chunk_ceiling(self, broker: str, ceiling: int) -> None:
        self.ceilings[broker] = ceiling


@dataclass
class Round:
    """A courier and all that it works with."""

    courier: Courier
    machine: Sync
    line: Line
    shelf: Shelf
    health: Health

    def until(self, condition: Callable[[], object], *, within_s: float = 15.0) -> bool:
        """Step until the condition holds."""
        deadline = time.monotonic() + within_s
        while not condition() and time.monotonic() < deadline:
            self.courier.step()
        return bool(condition())

    @property
    def counts(self) -> dict[str, int]:
        """What was counted so far."""
        return dict(self.health.vitals().counts)


@contextmanager
def rounds(
    port: int,
    shelf: Shelf,
    *,
    least_s: float = 1.0,
    counters: int = 0,
    status_every_s: float = 60.0,
    longest_wait_s: float = 0.2,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Round]:
    """A courier on a line that waits hardly at all between two attempts, unless ``longest_wait_s`` says otherwise."""
    will = Message(up(DEVICE, Up.STATUS), dump_json(Status(device=DEVICE, online=False)), retain=True)
    line = Line(
        section(port),
        client_id=DEVICE,
        will=will,
        receive_maximum=None,
        longest_wait_s=longest_wait_s,
        clock=clock,
        draw=lambda: 0.5,
    )
    window = Window(messages=8, payload=60 * 1024, chunk=48 * 1024, keepalive_s=30.0)
    health = Health()
    counted = {f"counter.{index:04}": index for index in range(counters)}
    rules = {rule: RuleTally(matched=count, kept=0) for rule, count in counted.items() if count < MAX_RULE_TALLIES}
    status = Status(device=DEVICE, online=True, counters=counted, rules=rules or None)
    machine = Sync(window, frames=16, patience=Patience(least_s, 60.0), draw=lambda: 0.5)
    courier = Courier(
        line,
        machine,
        shelf=shelf,
        device=DEVICE,
        status=lambda: status,
        status_every_s=status_every_s,
        health=health,
        clock=clock,
    )
    yield Round(courier, machine, line, shelf, health)
    line.close()
