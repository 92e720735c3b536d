"""The courier between a shelf in memory and a small centre, over a real broker."""

import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from askance.edge.courier import Courier
from askance.edge.health import Health
from askance.edge.sync import Patience, Sync, Waiting, Window
from askance.errors import StoreFullError
from askance.line import Line
from askance.transport import Message
from askance.wire.codec import digest
from askance.wire.identity import DeviceId, FrameId, Sha256, new_frame_id
from askance.wire.receipts import Missing, Notice, Query, Receipts, Rejected, Status, Stored
from askance.wire.topics import Up, up
from support_broker import Mosquitto
from support_clock import Clock
from support_link import section
from support_polling import until
from support_receiver import Receiver

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

    def read(self, frame_id: FrameId, offset: int, length: int) -> bytes | None:
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
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Round]:
    """A courier on a line that waits hardly at all between two attempts."""
    will = Message(up(DEVICE, Up.STATUS), b"{}", retain=True)
    line = Line(
        section(port),
        client_id=DEVICE,
        will=will,
        receive_maximum=None,
        longest_wait_s=0.2,
        clock=clock,
        draw=lambda: 0.5,
    )
    window = Window(messages=8, payload=60 * 1024, chunk=48 * 1024, keepalive_s=30.0)
    health = Health()
    status = Status(device=DEVICE, online=True, counters={f"counter.{index:04}": index for index in range(counters)})
    courier = Courier(
        line,
        Sync(window, frames=16, patience=Patience(least_s, 60.0), draw=lambda: 0.5),
        shelf=shelf,
        device=DEVICE,
        status=lambda: status,
        status_every_s=status_every_s,
        health=health,
        clock=clock,
    )
    yield Round(courier, line, shelf, health)
    line.close()


@pytest.fixture
def receiver(mosquitto: Mosquitto) -> Generator[Receiver]:
    """A centre on a running broker."""
    mosquitto.start()
    made = Receiver(mosquitto.port, device=DEVICE)
    made.open()
    yield made
    made.close()


def test_frames_of_every_size_are_delivered_once_the_centre_has_them(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    sent = {shelf.put(bytes([index]) * size): size for index, size in enumerate([1, 5000, 48 * 1024, 200_000])}
    envelopes = dict(shelf.frames)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.courier.idle)

        assert envelopes == receiver.frames
        assert sorted(sent) == sorted(shelf.delivered)
        assert sum(sent.values()) == on.counts["sync.sent_bytes"]
        assert (4, 4, 8) == tuple(on.counts[f"sync.{key}"] for key in ("delivered", "sent_frames", "sent_messages"))


def test_a_frame_that_is_captured_later_is_sent_when_the_courier_is_woken(
    mosquitto: Mosquitto, receiver: Receiver
) -> None:
    shelf = Shelf()
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.courier.idle)
        frame_id = shelf.put(b"new")
        on.line.wake()

        assert on.until(lambda: [frame_id] == shelf.delivered)
    assert receiver.frames == {frame_id: b"new"}


def test_a_centre_that_says_nothing_is_asked_again_and_nothing_is_let_go(
    mosquitto: Mosquitto, receiver: Receiver
) -> None:
    shelf = Shelf()
    frame_id = shelf.put(b"kept")
    receiver.answers = False
    with rounds(mosquitto.port, shelf, least_s=0.2) as on:
        assert on.until(lambda: sum(isinstance(word, Query) for word in receiver.heard) >= 3)
        assert [] == shelf.delivered

        receiver.answers = True
        assert on.until(lambda: [frame_id] == shelf.delivered)


def test_a_broker_that_is_killed_in_between_costs_nothing(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    for index in range(6):
        shelf.put(bytes([index]) * 150_000)
    envelopes = dict(shelf.frames)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: shelf.delivered)
        mosquitto.kill()
        assert on.until(lambda: not on.line.up)
        assert on.health.vitals().trouble.keys() == {"broker"}
        mosquitto.restart()
        receiver.reopen()

        assert on.until(lambda: not shelf.frames, within_s=20)
        assert envelopes == receiver.frames
        assert on.counts["sync.line_lost"] >= 1
        assert "broker" not in on.health.vitals().trouble
    assert {} == shelf.quarantined


def test_a_broker_that_stalls_is_hung_up_and_nobody_is_blamed(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    with rounds(mosquitto.port, shelf, least_s=0.2) as on:
        assert on.until(lambda: on.courier.idle)
        with mosquitto.frozen():
            shelf.put(b"stalled")
            on.line.wake()
            assert on.until(lambda: on.counts.get("sync.stalled"))
        assert on.until(lambda: shelf.delivered)

    assert ({}, {}) == (shelf.quarantined, shelf.ceilings)


def test_a_frame_that_was_evicted_on_the_way_is_forgotten(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    gone, stays = shelf.put(b"gone"), shelf.put(b"stays")
    shelf.gone.add(gone)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: [stays] == shelf.delivered)
        assert on.until(lambda: on.courier.idle)

        assert on.counts["sync.vanished"] == 1
    assert receiver.frames == {stays: b"stays"}


def test_a_frame_refused_for_good_is_set_aside_and_the_fleet_hears_of_it(
    mosquitto: Mosquitto, receiver: Receiver
) -> None:
    shelf = Shelf()
    frame_id = shelf.put(b"bad")
    receiver.confirms = False
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: receiver.frames)
        receiver.say(Receipts(a=(Rejected(id=frame_id, code="schema", perm=True),)))
        assert on.until(lambda: {frame_id: "schema"} == shelf.quarantined)

        notice = Notice(code="quarantined", text="schema", frame_id=frame_id)
        assert until(lambda: notice in receiver.heard)
        assert on.counts["sync.quarantined"] == 1


def test_a_frame_that_the_broker_hangs_up_on_is_set_aside_and_counted_as_unsaid(mosquitto: Mosquitto) -> None:
    mosquitto.start("message_size_limit 3000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    small, big = shelf.put(b"x" * 1000), shelf.put(b"y" * 4000)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: big in shelf.quarantined and small in shelf.delivered)

        assert on.counts["sync.notice_unsent"] == 1
    receiver.close()


def test_a_limit_that_the_broker_did_not_announce_is_learnt(mosquitto: Mosquitto) -> None:
    mosquitto.start("message_size_limit 20000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    frame_id = shelf.put(b"y" * 100_000)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: [frame_id] == shelf.delivered)

        assert {on.line.address: 12 * 1024} == shelf.ceilings
        assert on.counts["sync.chunk_halved"] == 2
    receiver.close()


def test_a_status_too_long_for_the_broker_is_cut_and_the_frames_pass(mosquitto: Mosquitto) -> None:
    mosquitto.start("max_packet_size 2000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    shelf.put(b"y" * 5000)
    with rounds(mosquitto.port, shelf, counters=200) as on:
        assert on.until(lambda: shelf.delivered)

        assert on.counts["sync.status_cut"] == 1
        assert on.counts.get("sync.line_lost") is None
    assert [Status(device=DEVICE, online=True)] == [word for word in receiver.heard if isinstance(word, Status)]
    receiver.close()


def test_what_cannot_be_read_is_counted_and_acknowledged(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.courier.idle)
        receiver.say_bytes(b"\xff not receipts")
        assert on.until(lambda: on.counts.get("sync.unreadable_receipt") == 1)

        assert until(lambda: f"Received PUBACK from {DEVICE}" in mosquitto.log)


def test_a_receipt_for_a_frame_that_is_not_on_the_shelf_any_more_is_counted(
    mosquitto: Mosquitto, receiver: Receiver
) -> None:
    shelf = Shelf()
    frame_id = shelf.put(b"evicted")
    sha = digest(b"evicted")
    receiver.confirms = False
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: receiver.frames)
        shelf.frames.clear()
        receiver.say(Receipts(a=(Stored(st="stored", id=frame_id, sha=sha),)))

        assert on.until(lambda: on.counts.get("sync.receipt_without_frame") == 1)


def test_a_store_that_is_full_hangs_up_and_asks_again_later(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf(full=True)
    frame_id = shelf.put(b"kept")
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.counts.get("sync.store_failed"))
        assert on.health.vitals().trouble["store"] == "no space left"
        shelf.full = False

        assert on.until(lambda: [frame_id] == shelf.delivered)
    assert {} == shelf.quarantined


def test_the_status_is_retained_and_comes_again(mosquitto: Mosquitto, receiver: Receiver) -> None:
    with rounds(mosquitto.port, Shelf(), status_every_s=0.3) as on:
        assert on.until(lambda: sum(isinstance(word, Status) for word in receiver.heard) >= 3)
    late = Receiver(mosquitto.port, device=DEVICE)
    late.open()

    assert until(lambda: late.heard)
    late.close()


def test_the_farewell_is_said_before_the_line_ends_and_no_will_follows(
    mosquitto: Mosquitto, receiver: Receiver
) -> None:
    with rounds(mosquitto.port, Shelf()) as on:
        assert on.until(lambda: on.courier.idle)
        before = len(receiver.heard)
        on.courier.farewell()

        assert not on.line.up
        assert until(lambda: len(receiver.heard) > before)
        assert until(lambda: f"Received DISCONNECT from {DEVICE}" in mosquitto.log)


def test_without_a_line_the_farewell_takes_no_time(mosquitto: Mosquitto) -> None:
    with rounds(mosquitto.port, Shelf()) as on:
        began = time.monotonic()
        on.courier.farewell()

        assert time.monotonic() - began < 0.5


def test_a_courier_without_a_broker_waits_without_spinning(mosquitto: Mosquitto) -> None:
    clock = Clock()
    with rounds(mosquitto.port, Shelf(), clock=clock) as on:
        on.courier.step()
        clock.now += 3600.0  # a status has long been due
        began = time.monotonic()
        steps = 0
        while time.monotonic() - began < 1.0:
            on.courier.step()
            steps += 1

        assert steps <= 30
        assert "broker" in on.health.vitals().trouble


def test_missing_ranges_are_sent_as_chunks_of_exactly_these_bytes(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    envelope = bytes(range(250)) * 100
    frame_id = shelf.put(envelope)
    receiver.answers = False
    with rounds(mosquitto.port, shelf, least_s=30.0) as on:
        assert on.until(lambda: any(isinstance(word, Query) for word in receiver.heard))
        need = ((100, 200), (24_990, 500))
        receiver.say(Receipts(a=(Missing(id=frame_id, sha=digest(envelope), need=need),)))

        assert on.until(lambda: on.counts.get("sync.sent_messages") == 2)
        assert on.counts["sync.sent_bytes"] == 210
