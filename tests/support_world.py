"""A model of everything around the sync machine, with faults, in simulated time; it fails where a promise is broken."""

from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import assert_never

from askance.edge.sync import (
    Admit,
    Ask,
    Ceiling,
    Command,
    Connected,
    Deliver,
    Due,
    Event,
    Fetch,
    HangUp,
    Kept,
    Lost,
    Patience,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Sync,
    Tick,
    Vanished,
    Waiting,
    Window,
)
from askance.edge.sync.window import HEADROOM
from askance.wire.identity import FrameId, Sha256, new_frame_id
from askance.wire.receipts import MAX_QUERY, Missing, Receipts
from support_centre import Centre, FarSide
from support_faults import Agenda, Setup, Tally, happens

PAYLOAD = 60 * 1024
MESSAGES = 8
ROUTE_S = 0.02
ASKED = 128
FRAMES = 16


def machine(random: Random, *, kind: type[Sync] = Sync, patience: Patience | None = None) -> Sync:
    """Build the real machine with the shipped settings."""
    window = Window(messages=MESSAGES, payload=PAYLOAD, chunk=48 * 1024, keepalive_s=30.0)
    return kind(window, frames=FRAMES, patience=patience or Patience(10.0, 900.0), draw=random.random)


class World:
    """One run of a machine: a store, the driver's part, a line and a broker around it.

    Args:
        setup: the ground.
        seed: of every chance in the run.
        make: builds a machine, as a restarted device does; its window has ``PAYLOAD`` and ``MESSAGES``.
    """

    def __init__(self, setup: Setup, seed: int, *, make: Callable[[Random], Sync]) -> None:
        self.tally = Tally()
        self._setup = setup
        self._random = Random(seed)  # noqa: S311 (chance in a model, no secret)
        self._make = make
        self._sync = make(self._random)
        self._agenda = Agenda()
        self._centre = self._found()
        self._store: dict[FrameId, Waiting] = {}
        self._captured = 0
        self._link, self._up, self._frozen, self._free_at = 0, False, False, 0.0
        self._flying: dict[int, int] = {}
        self._asked_for: dict[FrameId, bytearray] = {}
        self._ticking: float | None = None
        for size in setup.sizes:
            self._capture(size)
        self._agenda.later(0.0, self._dial)
        self._incidents()

    @property
    def now(self) -> float:
        """Simulated seconds since the beginning."""
        return self._agenda.now

    @property
    def left(self) -> int:
        """Frames that the device still holds."""
        return len(self._store)

    def run(self, *, limit_s: float) -> Tally:
        """Go on until all frames are delivered, or for ``limit_s`` seconds after the faults' end."""
        while self._store and self._agenda.step(self._setup.faults_end_s + limit_s):
            pass
        return self.tally

    def keep(self, size: int) -> None:
        """Have the device capture one more frame."""
        self._capture(size)
        self._drive(Kept())

    def _found(self) -> FarSide:
        return Centre(self._setup, self._agenda, random=self._random, say=self._say)

    def _capture(self, size: int) -> None:
        frame_id = new_frame_id(wall_ms=self._captured, randomness=self._captured.to_bytes(10, "big"))
        self._captured += 1
        self._store[frame_id] = Waiting(frame_id, Sha256(sha256(frame_id.encode()).hexdigest()), size)

    def _incidents(self) -> None:
        faults = self._setup.faults
        for incident, every_s in [
            (self._break, faults.break_every_s),
            (self._freeze, faults.freeze_every_s),
            (self._centre.restart, faults.centre_restart_every_s),
            (self._device_restart, faults.device_restart_every_s),
        ]:
            self._agenda.scatter(incident, every_s=every_s, until_s=self._setup.faults_end_s, random=self._random)

    def _dial(self) -> None:
        if not self._up:
            self._link, self._up, self._frozen, self._free_at = self._link + 1, True, False, self.now
            self._flying.clear()
            self._asked_for.clear()
            self._drive(Connected(self._setup.receive_maximum, self._setup.maximum_packet))

    def _down(self) -> None:
        self._up = False
        self._agenda.later(self._random.uniform(0.1, 2.0), self._dial)

    def _break(self) -> None:
        if self._up:
            self._down()
            self._drive(Lost())

    def _freeze(self) -> None:
        self._frozen = True

    def _device_restart(self) -> None:
        self._sync = self._make(self._random)
        if self._up:
            self._down()

    def _drive(self, event: Event) -> None:
        """Do what the machine says, as ``edge/courier.py`` does, and note when it wants to be woken."""
        events = [event]
        while events:
            self.tally.calls += 1
            for command in self._sync.receive(events.pop(0), self.now):
                answer = self._carry_out(command)
                if answer is not None:
                    events.append(answer)
        wake_at = self._sync.wake_at(self.now)
        if wake_at is not None and (self._ticking is None or wake_at < self._ticking):
            assert wake_at > self.now, "a wake-up in the past is a busy loop"
            self._ticking = wake_at
            self._agenda.later(wake_at - self.now, self._tick)

    def _tick(self) -> None:
        self._ticking = None
        self.tally.ticks += 1
        self._drive(Tick())

    def _carry_out(self, command: Command) -> Event | None:
        match command:
            case Fetch():
                due = [frame for frame_id, frame in self._store.items() if frame_id not in command.exclude]
                due.sort(key=lambda frame: frame.frame_id in command.last)
                return Due(tuple(due[: command.limit]), more=len(due) >= command.limit)
            case Ask():
                self.tally.queries += 1
                assert len(command.frames) <= MAX_QUERY
                length = ASKED * len(command.frames)
                self._publish(command.ticket, length, arrive=lambda: self._centre.asked(command.frames))
            case SendRange():
                return self._send(command)
            case Admit():
                raise AssertionError("nothing was posted")
            case Deliver():
                assert self._centre.committed.get(command.frame_id) == command.sha256, "delivered what the centre lacks"
                if self._store.pop(command.frame_id, None) is not None:
                    self.tally.delivered.append(command.frame_id)
            case Quarantine():
                self.tally.quarantined[command.frame_id] = command.reason
                self._store.pop(command.frame_id, None)
            case Ceiling():
                self.tally.ceilings.append(command.length)
            case HangUp():
                self.tally.hang_ups += 1
                self._down()
                return Lost(by_us=True)
            case _:
                assert_never(command)
        return None

    def _send(self, command: SendRange) -> Event | None:
        frame, end = command.frame, command.offset + command.length
        if frame.frame_id not in self._store or happens(self._setup.at(self.now).evict, self._random):
            self._store.pop(frame.frame_id, None)
            self.tally.evicted.add(frame.frame_id)
            return Vanished(frame.frame_id, command.ticket)
        asked = self._asked_for[frame.frame_id]
        assert 0 not in asked[command.offset : end], "sent what was not asked for, or twice"
        asked[command.offset : end] = bytes(command.length)
        self.tally.sent_bytes += command.length
        self.tally.sent_messages += 1
        self._publish(command.ticket, command.length, arrive=lambda: self._centre.take(command))
        return None

    def _publish(self, ticket: int, length: int, *, arrive: Callable[[], None]) -> None:
        """Put a message on the line: it takes its time, and then the broker does with it what the faults say."""
        limit = self._setup.maximum_packet
        assert limit is None or length + HEADROOM <= limit, "longer than the broker announced"
        self._flying[ticket] = length
        assert len(self._flying) <= min(MESSAGES, self._setup.receive_maximum or MESSAGES), "too many in flight"
        assert len(self._flying) == 1 or sum(self._flying.values()) <= PAYLOAD, "too many bytes in flight"
        self._free_at = max(self._free_at, self.now) + length / self._setup.bytes_per_s
        link, delay_s = self._link, self._free_at - self.now + ROUTE_S
        self._agenda.later(delay_s, lambda: self._brokered(link, ticket, length=length, arrive=arrive))

    def _brokered(self, link: int, ticket: int, *, length: int, arrive: Callable[[], None]) -> None:
        if link != self._link or not self._up or self._frozen:
            return
        faults = self._setup.at(self.now)
        if faults.longest_unannounced is not None and length > faults.longest_unannounced:
            self._break()
            return
        refused = happens(faults.refuse, self._random)
        problem = "not now" if refused else None
        self._agenda.later(ROUTE_S, lambda: self._acknowledged(link, ticket, problem=problem))
        if not (refused or length > (faults.longest_swallowed or length) or happens(faults.lose_up, self._random)):
            self._agenda.later(ROUTE_S, arrive)

    def _acknowledged(self, link: int, ticket: int, *, problem: str | None) -> None:
        if link == self._link and self._up:
            self._flying.pop(ticket, None)
            self._drive(Settled(ticket, problem))

    def _say(self, said: Receipts) -> None:
        link = self._link
        self._agenda.later(ROUTE_S, lambda: self._hear(link, said))

    def _hear(self, link: int, said: Receipts) -> None:
        if link != self._link or not self._up:
            return
        for receipt in said.a:
            if isinstance(receipt, Missing) and receipt.id in self._store:
                asked = self._asked_for.setdefault(receipt.id, bytearray(self._store[receipt.id].size))
                for offset, length in receipt.need:
                    asked[offset : offset + length] = b"\x01" * length
        self._drive(Received(said))
