"""The receiver on a real broker: it acknowledges after the commit, greets, answers, and pauses in an outage."""

import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from askance.central.config import ReceiverSection
from askance.central.outgoing import STALLED_S
from askance.central.receiver import BATCH, Receiver
from askance.mqtt import Received, Settled, Subscribed
from askance.wire.codec import digest
from askance.wire.identity import DeviceId
from askance.wire.topics import Up
from support_broker import Mosquitto, find_mosquitto
from support_central import Clock, frame_id, make_envelope, make_query, open_intake, topic
from support_reception import Centre, Device, make_line, scripted


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
    clock = Clock()
    receiver = Receiver(line, intake, section=ReceiverSection(credit=7), clock=clock)
    centre = Centre(intake, receiver, line, device, broker, clock)
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


def test_a_line_is_of_use_once_something_was_kept(centre: Centre) -> None:
    assert not centre.line._useful
    centre.device.send(Up.FRAME, make_envelope(1))

    centre.turn_until(lambda: centre.device.stored)

    assert centre.line._useful


def test_a_query_is_answered(centre: Centre) -> None:
    centre.device.send(Up.QUERY, make_query((frame_id(1), make_envelope(1))))

    centre.turn_until(lambda: [receipt for batch in centre.device.heard for receipt in batch.a])

    assert digest(make_envelope(1)) == next(receipt.sha for batch in centre.device.heard for receipt in batch.a)


@pytest.fixture
def locked(centre: Centre, tmp_path: Path) -> sqlite3.Connection:
    """Somebody else who holds the catalog's write lock until ``ROLLBACK``."""
    centre.intake._connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "centre" / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_what_cannot_be_kept_waits_unacknowledged_and_its_sender_pauses_longer_each_time(
    centre: Centre, locked: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    centre.device.send(Up.FRAME, make_envelope(1))
    for attempt in range(1, 5):
        centre.turn_until(partial(centre.has_failed, attempt))
        centre.turn_until(partial(centre.device.has_heard, attempt))
        centre.clock.now += centre.device.heard[-1].pause_s

    assert [(1, False), (2, False), (4, False), (8, False)] == [(one.pause_s, one.hello) for one in centre.device.heard]
    assert "Received PUBACK from centre" not in centre.broker.log
    assert centre.line.up

    locked.execute("ROLLBACK")
    centre.turn_until(lambda: centre.device.stored)
    centre.turn_until(lambda: "Received PUBACK from centre" in centre.broker.log)
    assert {"failed": 4, "outages": 1, "pauses.sent": 4, "receipts.sent": 1} == {**centre.receiver.counts}
    assert ["cannot keep what is received", "what is received is kept again"] == [
        record.getMessage().partition(",")[0].partition(";")[0] for record in caplog.records
    ]


def test_a_frame_that_fails_holds_up_the_queries_behind_it_so_that_nothing_is_sent_twice(
    centre: Centre, tmp_path: Path
) -> None:
    """The catalog takes a query where the blobs take no frame: an answer would have the frame sent again."""
    (tmp_path / "centre" / "blobs" / "sha256").write_bytes(b"")
    centre.device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: centre.receiver.counts["failed"])

    for attempt in range(2, 8):
        centre.turn_until(lambda: not centre.receiver._outgoing._flying)
        centre.device.send(Up.QUERY, make_query((frame_id(1), make_envelope(1))))
        centre.clock.now += 300
        centre.turn_until(partial(centre.has_failed, attempt))

    assert [] == [one for one in centre.device.heard if one.a or one.hello]


def test_nothing_spins_while_nothing_can_be_kept(centre: Centre, locked: sqlite3.Connection) -> None:
    for number in range(16):
        centre.device.send(Up.FRAME, make_envelope(number))
    centre.turn_until(lambda: len(centre.receiver._waiting) == 16 and centre.device.heard)
    centre.receiver.step(0.1)  # the broker's answer to the pause

    began = time.monotonic()
    centre.receiver.step(0.2)

    assert time.monotonic() - began > 0.15
    assert 1 == centre.receiver.counts["failed"]
    locked.execute("ROLLBACK")


def test_a_receiver_that_comes_back_greets_nobody_until_it_can_keep_something(
    centre: Centre, locked: sqlite3.Connection
) -> None:
    locked.execute("ROLLBACK")
    centre.device.send(Up.FRAME, make_envelope(1))
    centre.turn_until(lambda: centre.device.stored)
    centre.device.heard.clear()
    locked.execute("BEGIN IMMEDIATE")

    centre.line.hang_up()
    centre.turn_until(lambda: centre.receiver.counts["failed"] == 1)
    centre.clock.now += 1
    centre.turn_until(lambda: centre.receiver.counts["failed"] == 2)
    assert centre.line.up
    assert [] == centre.device.heard

    locked.execute("ROLLBACK")
    centre.clock.now += 2
    centre.turn_until(lambda: centre.device.heard)
    assert [(True, 0.0)] == [(one.hello, one.pause_s) for one in centre.device.heard]


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
    clock = Clock()
    receiver = Receiver(line, intake, section=ReceiverSection(shared_group=None), clock=clock)
    centre = Centre(intake, receiver, line, device, broker, clock)

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


def test_no_more_is_under_way_than_the_broker_takes_and_every_device_is_greeted_once(tmp_path: Path) -> None:
    receiver, line, _ = scripted(tmp_path)
    for settled in range(1, 51):
        assert min(50, 9 + settled) == len(line.sent)
        line.events.append(Settled(1, settled, "Quota exceeded" if settled == 7 else None))
        receiver.step(0.0)

    assert 50 == len({message.topic for message in line.sent}) == len(line.sent)
    assert 1 == receiver.counts["receipts.refused"]


def test_a_broker_that_acknowledges_nothing_is_hung_up(tmp_path: Path) -> None:
    receiver, line, clock = scripted(tmp_path)
    clock.now += STALLED_S
    receiver.step(0.0)

    assert "the broker acknowledges no receipts" == line.trouble
    assert 10 == len(line.sent)


def test_in_an_outage_pauses_take_turns_and_nobody_waits_for_an_unnumbered_message(tmp_path: Path) -> None:
    came = [Received(1, topic(Up.STATUS, DeviceId(f"gate-{number:02}")), b"{}", number) for number in range(20)]
    receiver, line, _ = scripted(tmp_path)
    line.events += [Settled(1, number, None) for number in range(1, 51)]
    while line.events:
        receiver.step(0.0)
    line.events += came
    receiver._intake._connection.execute("PRAGMA query_only = 1")
    receiver.step(0.0)
    assert (60, 19, 1) == (len(line.sent), len(receiver._waiting), receiver.counts["dropped.unacknowledged"])

    line.events.append(Settled(1, 51, None))
    receiver.step(0.0)
    assert 61 == len(line.sent)
