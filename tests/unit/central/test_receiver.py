"""The receiver on a real broker: it acknowledges after the commit, greets, answers, and gives up a line in time."""

import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from askance.central.config import ReceiverSection
from askance.central.intake import Intake
from askance.central.receiver import BATCH, MOST_FAILURES, Receiver
from askance.line import Line
from askance.sections import BrokerSection
from askance.transport import Message, Received, Subscribed
from askance.transport import Up as LinkUp
from askance.wire.codec import digest, load_json
from askance.wire.receipts import Receipts, Stored
from askance.wire.topics import Down, Up, down
from support_broker import Mosquitto, find_mosquitto
from support_central import DEVICE, frame_id, make_envelope, make_query, open_intake, topic

WITHIN_S = 20.0


def make_line(port: int, name: str, *, wait_s: float = 0.2) -> Line:
    return Line(
        BrokerSection(port=port),
        client_id=name,
        will=None,
        receive_maximum=16,
        longest_wait_s=wait_s,
        clock=time.monotonic,
        draw=random.random,
    )


@dataclass
class Device:
    """A camera's end of the line."""

    line: Line
    heard: list[Receipts] = field(default_factory=list)
    listening: bool = False

    def step(self) -> None:
        match self.line.next(0.01):
            case LinkUp():
                self.line.subscribe(down(DEVICE, Down.RECEIPTS))
            case Subscribed():
                self.listening = True
            case Received(payload=payload, mid=mid):
                self.line.acknowledge(mid)
                self.heard.append(load_json(Receipts, payload))
            case _:
                pass

    def send(self, kind: Up, payload: bytes) -> None:
        assert self.line.publish(Message(topic(kind), payload)) is not None

    @property
    def stored(self) -> set[str]:
        return {one.id for batch in self.heard for one in batch.a if isinstance(one, Stored)}


@dataclass
class Centre:
    """A receiver and a device at one broker; both turn in this thread."""

    intake: Intake
    receiver: Receiver
    line: Line
    device: Device
    broker: Mosquitto

    def turn_until(self, condition: object, *, within_s: float = WITHIN_S) -> None:
        """Turn both ends until ``condition()`` holds."""
        assert callable(condition)
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"never: {self.receiver.counts} {self.intake.counts}"
            self.device.step()
            self.receiver.step(0.01)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def centre(broker: Mosquitto, tmp_path: Path) -> Iterator[Centre]:
    intake = open_intake(tmp_path / "centre")
    line, device = make_line(broker.port, "centre"), Device(make_line(broker.port, "camera-1"))
    centre = Centre(intake, Receiver(line, intake, section=ReceiverSection(credit=7)), line, device, broker)
    centre.turn_until(lambda: device.listening and line.up and "Sending SUBACK to centre" in broker.log)
    yield centre
    line.close()
    device.line.close()


def test_frames_are_answered_and_the_first_answer_greets(centre: Centre) -> None:
    for number in range(3):
        centre.device.send(Up.FRAME, make_envelope(number))

    centre.turn_until(lambda: len(centre.device.stored) == 3)

    assert [True] == [batch.hello for batch in centre.device.heard if batch.hello]
    assert {7} == {batch.credit for batch in centre.device.heard}
    assert centre.device.heard[0].hello


def test_more_messages_than_a_batch_are_all_answered(centre: Centre) -> None:
    for number in range(BATCH + 15):
        centre.device.send(Up.FRAME, make_envelope(number))

    centre.turn_until(lambda: len(centre.device.stored) == BATCH + 15)


def test_a_receiver_that_comes_back_greets_every_device_it_knows(centre: Centre) -> None:
    centre.device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: centre.device.stored)
    centre.device.heard.clear()

    centre.line.hang_up()
    centre.turn_until(lambda: centre.device.heard)

    assert (True, ()) == (centre.device.heard[0].hello, centre.device.heard[0].a)


def test_a_query_is_answered(centre: Centre) -> None:
    centre.device.send(Up.QUERY, make_query((frame_id(1), make_envelope(1))))

    centre.turn_until(lambda: [receipt for batch in centre.device.heard for receipt in batch.a])

    assert digest(make_envelope(1)) == next(receipt.sha for batch in centre.device.heard for receipt in batch.a)


def test_nothing_is_acknowledged_before_the_commit_and_after_a_few_failures_the_line_is_given_up(
    centre: Centre, tmp_path: Path
) -> None:
    centre.intake._connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "centre" / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    centre.device.send(Up.FRAME, make_envelope(1))

    centre.turn_until(lambda: centre.receiver.counts["failed"] >= MOST_FAILURES)

    assert "Received PUBACK from centre" not in centre.broker.log
    assert 1 == centre.receiver.counts["dropped.unacknowledged"]
    assert [] == centre.device.heard
    assert not centre.line.up

    other.execute("ROLLBACK")
    centre.turn_until(lambda: centre.line.up)
    centre.device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: centre.device.stored)
    centre.turn_until(lambda: "Received PUBACK from centre" in centre.broker.log)


def test_a_batch_that_cannot_be_kept_once_is_kept_the_next_time(centre: Centre, tmp_path: Path) -> None:
    centre.intake._connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "centre" / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    centre.device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: centre.receiver.counts["failed"] == 1)

    other.execute("ROLLBACK")
    centre.turn_until(lambda: centre.device.stored)

    assert 0 == centre.receiver.counts["dropped.unacknowledged"]


def test_messages_of_a_link_that_broke_are_kept_but_not_acknowledged_on_the_next(centre: Centre) -> None:
    centre.device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: centre.device.stored)

    centre.broker.kill()
    centre.turn_until(lambda: not centre.line.up)
    centre.broker.restart()
    centre.turn_until(lambda: centre.line.up and centre.device.line.up, within_s=30)

    assert [] == centre.receiver._waiting


def test_without_shared_subscriptions_everything_is_subscribed(broker: Mosquitto, tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "centre")
    line, device = make_line(broker.port, "centre"), Device(make_line(broker.port, "camera-1"))
    receiver = Receiver(line, intake, section=ReceiverSection(shared_group=None))
    centre = Centre(intake, receiver, line, device, broker)

    centre.turn_until(lambda: "askance/1/d/+/up/# (QoS 1)" in broker.log and device.listening)
    device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: device.stored)

    assert "$share" not in broker.log
    line.close()
    device.line.close()


def test_a_refused_shared_subscription_falls_back_to_a_plain_one_and_a_refused_plain_one_hangs_up(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    refused = Subscribed(link=1, granted=False)

    centre.receiver._handle(refused)
    centre.turn_until(lambda: "centre 1 askance/1/d/+/up/#" in centre.broker.log)
    centre.receiver._handle(refused)

    assert not centre.line.up
    assert "refused the subscription" in caplog.text
