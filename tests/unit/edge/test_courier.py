"""The courier between a shelf in memory and a small centre, over a real broker."""

import time
from collections.abc import Generator

import pytest

from askance.wire.codec import digest
from askance.wire.receipts import Missing, Notice, Query, Receipts, Rejected, Status, Stored
from support_bench import idle
from support_broker import Mosquitto
from support_clock import Clock
from support_courier import DEVICE, Shelf, rounds
from support_peer import accepting
from support_polling import until
from support_receiver import Receiver


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
        assert on.until(lambda: on.line.up and idle(on.machine))

        assert envelopes == receiver.frames
        assert sorted(sent) == sorted(shelf.delivered)
        assert sum(sent.values()) == on.counts["sync.sent_bytes"]
        assert (4, 4, 8) == tuple(on.counts[f"sync.{key}"] for key in ("delivered", "sent_frames", "sent_messages"))


def test_a_frame_that_is_captured_later_is_sent_when_the_courier_is_woken(
    mosquitto: Mosquitto, receiver: Receiver
) -> None:
    shelf = Shelf()
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.line.up and idle(on.machine))
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


@pytest.mark.usefixtures("receiver")
def test_a_broker_that_stalls_is_hung_up_and_nobody_is_blamed(mosquitto: Mosquitto) -> None:
    shelf = Shelf()
    with rounds(mosquitto.port, shelf, least_s=0.2) as on:
        assert on.until(lambda: on.line.up and idle(on.machine))
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
        assert on.until(lambda: on.line.up and idle(on.machine))

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


def test_what_cannot_be_read_is_counted_and_acknowledged(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.line.up and idle(on.machine))
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


@pytest.mark.usefixtures("receiver")
def test_a_store_that_is_full_is_left_alone_for_a_while_and_asked_again_on_the_same_line(mosquitto: Mosquitto) -> None:
    shelf = Shelf(full=True)
    frame_id = shelf.put(b"kept")
    with rounds(mosquitto.port, shelf, least_s=0.2) as on:
        assert on.until(lambda: on.counts.get("sync.store_failed"))
        assert {"backlog": "no space left"} == on.health.vitals().trouble
        shelf.full = False

        assert on.until(lambda: [frame_id] == shelf.delivered)
        assert {} == on.health.vitals().trouble
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
        assert on.until(lambda: on.line.up and idle(on.machine))
        before = len(receiver.heard)
        on.courier.farewell()

        assert not on.line.up
        assert until(lambda: len(receiver.heard) > before)
        assert until(lambda: f"Received DISCONNECT from {DEVICE}" in mosquitto.log)
    assert Status(device=DEVICE, online=False) not in receiver.heard


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


def test_a_subscription_that_is_refused_is_told_and_tried_again() -> None:
    connack, suback = b"\x20\x03\x00\x00\x00", b"\x90\x04\x00\x01\x00\x87"
    with accepting([connack + suback, connack + suback]) as (port, asked), rounds(port, Shelf()) as on:
        assert on.until(lambda: on.health.vitals().trouble)

        said = f"the broker does not let this device receive receipts: allow it to read askance/1/d/{DEVICE}/dn/a"
        assert {"broker": said} == on.health.vitals().trouble
        assert on.until(lambda: len(asked) == 2)
