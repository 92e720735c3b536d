"""Brokers that send nonsense, refuse, or hit a fault in our own thread: the owner always hears that the link ended."""

import gc
import socket
from pathlib import Path
from queue import SimpleQueue

import pytest

from askance.edge.sync.tolerance import LAST_STRIKES
from askance.mqtt import Down, LinkEvent, Message, Received, Subscribed, Up
from support_broker import Mosquitto
from support_courier import DEVICE, Shelf, rounds
from support_link import Ear, linked, section
from support_peer import accepting
from support_polling import until
from support_receiver import Receiver


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_exception_in_the_link_s_thread_ends_the_link_aloud(mosquitto: Mosquitto) -> None:
    """Paho's thread dies of it without a word, and ``is_connected`` stays true: the owner would wait for ever."""
    mosquitto.start()
    events: SimpleQueue[LinkEvent] = SimpleQueue()

    def report(event: LinkEvent) -> None:
        if isinstance(event, Received):
            raise RuntimeError("a callback that fails")  # noqa: TRY004 (any exception)
        events.put(event)

    with linked(section(mosquitto.port), client_id="a") as sender:
        ear = Ear(section(mosquitto.port), report=report)
        ear.link.connect()
        assert isinstance(events.get(timeout=5), Up)
        ear.link.subscribe("t")
        assert isinstance(events.get(timeout=5), Subscribed)
        sender.link.publish(Message("t", b""))

        down = events.get(timeout=5)
        assert isinstance(down, Down)
        assert down.reason == "the connection's thread ended"
        assert "Received PUBACK from ear" not in mosquitto.log
        ear.link.close()


def test_links_that_break_leave_no_descriptors_to_the_collector(mosquitto: Mosquitto) -> None:
    mosquitto.start()

    def descriptors() -> int:
        return len([*Path("/proc/self/fd").iterdir()])

    gc.collect()
    gc.disable()
    try:
        before = descriptors()
        for _ in range(5):
            with linked(section(mosquitto.port)):
                pass
        assert until(lambda: descriptors() <= before)
    finally:
        gc.enable()


def test_a_broker_that_sends_garbage_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ear = Ear(section(server.getsockname()[1]))
        ear.link.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"\xf0\xff\xff\xff\xff\xff\xff")

            assert ear.hear(Down).link == ear.link.number
        ear.link.close()


@pytest.mark.parametrize(
    ("v5", "code", "version"),
    [
        (True, 0x84, True),
        (True, 1, True),
        (True, 0x87, False),
        (True, 0x88, False),
        (False, 1, True),
        (False, 5, False),
    ],
)
def test_a_refusal_of_the_version_is_told_from_the_others(v5: bool, code: int, version: bool) -> None:  # noqa: FBT001 (columns of the table)
    properties = b"" if code < 0x80 else b"\x00"
    with socket.create_server(("127.0.0.1", 0)) as server:
        ear = Ear(section(server.getsockname()[1]), v5=v5)
        ear.link.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(bytes([0x20, 2 + len(properties), 0, code]) + properties)
            down = ear.hear(Down)

        assert (version, not version) == (down.version, down.refused)
        ear.link.close()


def test_a_line_on_which_both_ends_stand_and_nothing_gets_through_is_given_up_while_it_rests() -> None:
    """Who sends nothing owes his knowledge to the ping alone."""
    with accepting([b"\x20\x03\x00\x00\x00"]) as (port, _):
        ear = Ear(section(port, keepalive="1s"))
        ear.link.connect()
        ear.hear(Up)

        assert ear.hear(Down, within_s=10.0).reason == "Keep alive timeout"
        ear.link.close()


def test_a_broker_that_hangs_up_on_every_frame_is_dialled_more_and_more_slowly(mosquitto: Mosquitto) -> None:
    """It takes status and query each time: that proves nothing."""
    mosquitto.start("message_size_limit 3000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    shelf.put(b"y" * 4000)
    with rounds(mosquitto.port, shelf, longest_wait_s=60.0) as on:
        assert on.until(lambda: on.counts.get("sync.line_lost") == 3)

        assert on.line._failures == 3
    receiver.close()


def test_a_broker_that_hangs_up_on_every_frame_is_told_and_gets_them_all_once_it_is_mended(
    mosquitto: Mosquitto,
) -> None:
    mosquitto.start("message_size_limit 3000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    frames = {shelf.put(bytes([index]) * 4000) for index in range(3)}
    with rounds(mosquitto.port, shelf, longest_wait_s=0.02) as on:
        assert on.until(lambda: on.counts.get("sync.line_lost", 0) >= 3 * LAST_STRIKES + 3, within_s=60.0)
        assert "the broker hangs up on every frame" in on.health.vitals().trouble["sync"]
        assert {} == shelf.quarantined
        mosquitto.stop()
        mosquitto.start()
        receiver.reopen()

        assert on.until(lambda: set(shelf.delivered) == frames)
        assert on.until(lambda: "sync" not in on.health.vitals().trouble)
    receiver.close()


def test_a_broker_that_took_a_frame_is_dialled_again_soon(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    with rounds(mosquitto.port, shelf, longest_wait_s=60.0) as on:
        mosquitto.kill()
        assert on.until(lambda: on.line._failures == 2)
        mosquitto.restart()
        receiver.reopen()
        shelf.put(b"x" * 4000)
        assert on.until(lambda: shelf.delivered)
        mosquitto.kill()
        assert on.until(lambda: on.counts.get("sync.line_lost"))

        assert on.line._failures == 1
    receiver.close()


@pytest.mark.parametrize(
    ("code", "blameless"),
    [(0x87, True), (0x8E, True), (0x96, True), (0x97, True), (0x8B, True), (0x95, False), (0x82, False)],
)
def test_a_broker_that_says_why_it_hangs_up_blames_a_message_or_none(code: int, blameless: bool) -> None:  # noqa: FBT001 (a column of the table)
    """Of two devices with one id each throws the other out over whatever it sends just then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ear = Ear(section(server.getsockname()[1]))
        ear.link.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"\x20\x03\x00\x00\x00" + bytes([0xE0, 2, code, 0]))
            down = ear.hear(Down)

        assert blameless == down.blameless
        ear.link.close()
