"""The centre as a process behind a real mosquitto, killed while frames arrive: each stands in the queue once."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from askance.line import Line
from askance.mqtt import Message, Received, Settled, Subscribed
from askance.mqtt import Up as LinkUp
from askance.sections import BrokerSection
from askance.wire.codec import MAX_MESSAGE, Chunk, digest, load_json, pack_chunk
from askance.wire.identity import DeviceId, FrameId
from askance.wire.receipts import Missing, Receipts, Stored
from askance.wire.topics import Down, Up, down
from support_broker import Mosquitto, find_mosquitto
from support_central import DEVICE, frame_id, make_chunks, make_envelope, make_query, topic
from support_polling import until
from support_programs import Program, askance_json, write_yaml

FRAMES = 60
WINDOW = 8
ASK_S = 0.5
WITHIN_S = 60.0


class Device:
    """A camera without a store: whole frames, chunks and queries, and it lets go only on a good receipt."""

    def __init__(self, port: int, frames: dict[FrameId, bytes]) -> None:
        self.pending = dict(frames)
        self._line = Line(
            BrokerSection(port=port),
            client_id=DEVICE,
            will=None,
            receive_maximum=16,
            longest_wait_s=0.2,
            clock=time.monotonic,
            draw=random.random,
        )
        self._outbox: list[Message] = []
        self._in_flight = 0
        self._listening = False
        self._ask_at = 0.0

    def offer(self) -> None:
        """Send every frame once: some whole, the others in chunks of which the broker or the centre may lose some."""
        for number, envelope in enumerate(self.pending.values()):
            if number % 2:
                self._outbox.append(Message(topic(Up.FRAME), envelope))
            else:
                self._outbox += [Message(topic(Up.CHUNK), one) for one in make_chunks(envelope, number)]

    def step(self) -> None:
        """One turn: hear, then send what the window lets through, and ask now and then."""
        match self._line.next(0.005):
            case LinkUp():
                self._line.subscribe(down(DEVICE, Down.RECEIPTS))
                self._in_flight = 0
            case Subscribed():
                self._listening = True
            case Settled():
                self._in_flight -= 1
            case Received(payload=payload, mid=mid):
                self._line.acknowledge(mid)
                self._hear(load_json(Receipts, payload))
            case _:
                pass
        self._ask()
        while self._listening and self._line.up and self._outbox and self._in_flight < WINDOW:
            self._line.publish(self._outbox.pop(0))
            self._in_flight += 1

    def close(self) -> None:
        self._line.close()

    def _ask(self) -> None:
        if not self._outbox and self._listening and time.monotonic() >= self._ask_at:
            self._ask_at = time.monotonic() + ASK_S
            self._outbox.append(Message(topic(Up.QUERY), make_query(*self.pending.items())))

    def _hear(self, receipts: Receipts) -> None:
        for receipt in receipts.a:
            envelope = self.pending.get(receipt.id)
            if envelope is None or receipt.sha != digest(envelope):
                continue
            if isinstance(receipt, Stored):
                del self.pending[receipt.id]
            elif isinstance(receipt, Missing):
                for start, length in receipt.need:
                    data = envelope[start : start + length]
                    chunk = Chunk(receipt.id, digest(envelope), len(envelope), start, data)
                    self._outbox.append(Message(topic(Up.CHUNK), pack_chunk(chunk)))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def config(broker: Mosquitto, tmp_path: Path) -> Path:
    content: dict[str, Any] = {
        "storage": {"path": str(tmp_path / "centre")},
        "receiver": {"devices": [DEVICE]},
        "broker": {"port": broker.port},
    }
    return write_yaml(tmp_path / "central.yaml", content)


@pytest.fixture
def centre(config: Path, tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "central.log", "central", "run", "--config", str(config))
    yield program
    program.kill()


def test_every_frame_is_in_the_queue_once_though_centre_and_broker_are_killed(
    broker: Mosquitto, config: Path, centre: Program
) -> None:
    frames = {frame_id(n): make_envelope(n, value=n / FRAMES) for n in range(FRAMES)}
    device = Device(broker.port, frames)
    centre.start()
    assert until(lambda: "Sending SUBACK to askance-central" in broker.log)
    device.offer()

    deaths = [centre.restart, broker.kill_and_restart, centre.restart, centre.restart]
    for index, death in enumerate(deaths, start=1):
        left = FRAMES - index * FRAMES // 6
        deadline = time.monotonic() + WITHIN_S
        while len(device.pending) > left:
            assert time.monotonic() < deadline, centre.log
            device.step()
        death()
    deadline = time.monotonic() + WITHIN_S
    while device.pending:
        assert time.monotonic() < deadline, centre.log
        device.step()
    device.close()

    status = askance_json("central", "status", "--config", str(config), "--json")
    listed = askance_json("queue", "ls", "--config", str(config), "--limit", "1000", "--json")
    assert (FRAMES, FRAMES, 0, {}) == (
        status["captures"],
        status["tasks"]["open"],
        status["staged_frames"],
        status["dead_letters"],
    )
    assert list(reversed(frames)) == [task["frame_id"] for task in listed]
    assert 0 == centre.stop()


def test_hostile_messages_end_in_the_dead_letters_and_the_centre_lives(
    broker: Mosquitto, config: Path, centre: Program
) -> None:
    device = Device(broker.port, {frame_id(1): make_envelope(1)})
    centre.start()
    hostile = [
        Message(topic(Up.FRAME, DeviceId("stranger")), make_envelope(2)),
        Message(topic(Up.FRAME), make_envelope(2, device=DeviceId("camera-2"))),
        Message(topic(Up.FRAME), b"x" * (MAX_MESSAGE + 1)),
        Message(topic(Up.QUERY), b"[" * 50_000),
        Message(topic(Up.CHUNK), b"ASKC"),
        Message("askance/1/d/camera-1/up/zz", b"?"),
    ]
    device._outbox += hostile
    deadline = time.monotonic() + WITHIN_S
    expected = {"device", "size", "schema", "chunk", "topic"}
    found: dict[str, int] = {}
    while not expected <= set(found) or device.pending:
        assert time.monotonic() < deadline, (found, centre.log)
        device.step()
        if device.pending and not device._outbox:
            device._outbox += [*hostile, Message(topic(Up.FRAME), make_envelope(1))]
        if not device.pending:  # then the catalog has been made
            found = askance_json("central", "status", "--config", str(config), "--json")["dead_letters"]
    device.close()

    assert 0 == centre.stop()
