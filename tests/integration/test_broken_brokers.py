"""Brokers that send nonsense, refuse, or hit a fault in our own thread: the owner always hears that the link ended."""

import socket
from queue import SimpleQueue

import pytest

from askance.transport import Down, LinkEvent, Message, Received, Subscribed, Up
from support_broker import Mosquitto
from support_link import Ear, linked, section


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


def test_a_broker_that_sends_garbage_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ear = Ear(section(server.getsockname()[1]))
        ear.link.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"\xf0\xff\xff\xff\xff\xff\xff")

            assert ear.hear(Down).link == ear.link.number
        ear.link.close()


@pytest.mark.parametrize(("code", "version"), [(0x84, True), (0x01, True), (0x87, False), (0x88, False)])
def test_a_refusal_of_the_version_is_told_from_the_others(code: int, version: bool) -> None:  # noqa: FBT001 (a column of the table)
    properties = b"" if code == 1 else b"\x00"
    with socket.create_server(("127.0.0.1", 0)) as server:
        ear = Ear(section(server.getsockname()[1]))
        ear.link.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(bytes([0x20, 2 + len(properties), 0, code]) + properties)
            down = ear.hear(Down)

        assert (version, not version) == (down.version, down.refused)
        ear.link.close()
