"""A link against a real broker: what happens is reported, nothing is acknowledged behind its owner's back, it ends."""

import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import pytest

from askance import transport
from askance.errors import BrokerAwayError
from askance.mqtt import Down, Limits, Message, Received, Settled, Up
from support_broker import Mosquitto, free_port
from support_link import Ear, linked, login, section
from support_polling import until

DYING = """
import signal, sys
from askance.sections import BrokerSection
from askance.mqtt import Message
from askance.transport import Link

will = Message("s", b"offline", retain=True)
broker = BrokerSection(port=int(sys.argv[1]))
link = Link(broker, number=1, client_id="dying", report=bool, v5=sys.argv[2] == "1", will=will)
link.connect()
signal.pause()
"""


@pytest.mark.parametrize("v5", [True, False], ids=["MQTT 5", "MQTT 3.1.1"])
def test_a_message_goes_from_one_link_to_the_other(mosquitto: Mosquitto, v5: bool) -> None:  # noqa: FBT001 (a column of the table)
    mosquitto.start()
    with (
        linked(section(mosquitto.port), client_id="a", v5=v5) as sender,
        linked(section(mosquitto.port), topic="t/#", v5=v5) as ear,
    ):
        mid = sender.link.publish(Message("t/x", b"\x00\xff", expiry_s=60))

        assert Settled(sender.link.number, mid, None) == sender.hear(Settled)
        received = ear.hear(Received)
        assert ("t/x", b"\x00\xff") == (received.topic, received.payload)
        ear.link.acknowledge(received.mid)
        assert ear.silent(for_s=0.2)


def test_what_the_broker_announces_is_told(mosquitto: Mosquitto) -> None:
    mosquitto.start("max_inflight_messages 3\nmax_packet_size 5000")
    ear = Ear(section(mosquitto.port))
    ear.link.connect()

    assert Limits(receive_maximum=3, maximum_packet=5000, shared_subscriptions=True) == ear.hear(Up).limits
    ear.link.close()


def test_mqtt_3_announces_nothing(mosquitto: Mosquitto) -> None:
    mosquitto.start("max_packet_size 5000")
    ear = Ear(section(mosquitto.port), v5=False)
    ear.link.connect()

    assert Limits(receive_maximum=None, maximum_packet=None, shared_subscriptions=False) == ear.hear(Up).limits
    ear.link.close()


def test_a_message_longer_than_the_broker_takes_breaks_the_link_and_not_the_program(mosquitto: Mosquitto) -> None:
    mosquitto.start("max_packet_size 5000")
    with linked(section(mosquitto.port)) as ear:
        ear.link.publish(Message("t", bytes(6000)))

        assert "packet too large" in ear.hear(Down).reason.lower()


@pytest.mark.parametrize("v5", [True, False], ids=["MQTT 5", "MQTT 3.1.1"])
def test_a_wrong_password_is_a_refusal(mosquitto: Mosquitto, v5: bool) -> None:  # noqa: FBT001 (a column of the table)
    mosquitto.start(mosquitto.with_user("camera-1", "right"))
    ear = Ear(login(mosquitto.port, "camera-1", "wrong"), v5=v5)
    ear.link.connect()

    down = ear.hear(Down)
    assert down.refused
    assert not down.version
    ear.link.close()


def test_the_right_password_opens(mosquitto: Mosquitto) -> None:
    mosquitto.start(mosquitto.with_user("camera-1", "right"))

    with linked(login(mosquitto.port, "camera-1", "right")):
        pass


def test_a_publish_that_the_broker_forbids_is_a_problem(mosquitto: Mosquitto) -> None:
    (mosquitto.folder / "acl").write_text("topic read t/#\n")
    mosquitto.start(f"acl_file {mosquitto.folder / 'acl'}")
    with linked(section(mosquitto.port)) as ear:
        ear.link.publish(Message("t/x", b""))

        assert ear.hear(Settled).problem == "Not authorized"


@pytest.mark.parametrize(
    ("host", "culprit"),
    [("127.0.0.1", "Connection refused"), ("no..such.host", "label"), ("x" * 70 + ".invalid", "label")],
    ids=["nobody listens", "an empty label", "a label that is too long"],
)
def test_a_broker_that_cannot_be_reached_is_away(host: str, culprit: str) -> None:
    with pytest.raises(BrokerAwayError, match=culprit) as caught:
        Ear(section(free_port(), host=host)).link.connect()

    assert "`broker.host`" in str(caught.value.hint)


def test_a_killed_broker_is_reported(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with linked(section(mosquitto.port)) as ear:
        mosquitto.kill()

        assert ear.hear(Down).link == ear.link.number


def test_a_link_never_comes_back_by_itself(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with linked(section(mosquitto.port)) as ear:
        mosquitto.kill()
        ear.hear(Down)
        mosquitto.restart()
        before = mosquitto.log.count("as ear")

        assert not until(lambda: mosquitto.log.count("as ear") > before, within_s=1.5)


def test_the_receive_maximum_bounds_what_the_broker_sends_ahead(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with (
        linked(section(mosquitto.port), client_id="a") as sender,
        linked(section(mosquitto.port), topic="t", receive_maximum=2) as ear,
    ):
        for index in range(4):
            sender.link.publish(Message("t", b"%d" % index))
            sender.hear(Settled)

        first, second = ear.hear(Received), ear.hear(Received)
        assert ear.silent(for_s=0.5)
        ear.link.acknowledge(first.mid)
        assert ear.hear(Received).payload == b"2"
        assert second.payload == b"1"


def test_what_was_not_acknowledged_is_not_acknowledged_by_somebody_else(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with linked(section(mosquitto.port), client_id="a") as sender, linked(section(mosquitto.port), topic="t") as ear:
        sender.link.publish(Message("t", b""))
        received = ear.hear(Received)

        assert not until(lambda: "Received PUBACK from ear" in mosquitto.log, within_s=0.7)
        ear.link.acknowledge(received.mid)
        assert until(lambda: "Received PUBACK from ear" in mosquitto.log)


@pytest.mark.parametrize("v5", [True, False], ids=["MQTT 5", "MQTT 3.1.1"])
def test_the_will_speaks_for_a_link_that_dies_and_is_kept(mosquitto: Mosquitto, v5: bool) -> None:  # noqa: FBT001 (a column of the table)
    mosquitto.start()
    with linked(section(mosquitto.port), topic="s") as ear:
        with subprocess.Popen([sys.executable, "-c", DYING, str(mosquitto.port), str(int(v5))]) as program:
            assert until(lambda: "as dying" in mosquitto.log)
            program.kill()

        assert ear.hear(Received).payload == b"offline"
    with linked(section(mosquitto.port), topic="s", client_id="late") as late:
        assert late.hear(Received).payload == b"offline"


def test_a_link_that_says_goodbye_leaves_no_will(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with linked(section(mosquitto.port), topic="s") as ear:
        with linked(section(mosquitto.port), client_id="polite", will=Message("s", b"offline")):
            pass

        assert ear.silent(for_s=0.5)


def test_closing_with_a_message_unacknowledged_takes_less_than_four_seconds(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with linked(section(mosquitto.port), client_id="a") as sender, linked(section(mosquitto.port), topic="t") as ear:
        sender.link.publish(Message("t", b""))
        ear.hear(Received)
        began = time.monotonic()
        ear.link.close()

        assert time.monotonic() - began < 4.0


def test_closing_on_a_broker_that_takes_nothing_any_more_ends_the_thread_in_time(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    ear = Ear(section(mosquitto.port), client_id="stuck")
    ear.link.connect()
    ear.hear(Up)
    with mosquitto.frozen():
        for _ in range(64):
            ear.link.publish(Message("t", bytes(10**6)))
        began = time.monotonic()
        ear.link.close()

        assert time.monotonic() - began < 4.0
        assert until(lambda: not any("stuck" in thread.name for thread in threading.enumerate()), within_s=3.0)


def test_closing_twice_or_before_connecting_does_nothing(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    Ear(section(mosquitto.port)).link.close()
    with linked(section(mosquitto.port)) as ear:
        ear.link.close()


def test_messages_handed_over_by_a_busy_owner_are_all_settled(mosquitto: Mosquitto) -> None:
    mosquitto.start("max_inflight_messages 1000\nmax_queued_messages 0")
    with linked(section(mosquitto.port)) as ear:
        mids = [ear.link.publish(Message("t", bytes(100))) for _ in range(500)]

        assert mids == [ear.hear(Settled).mid for _ in mids]


def test_a_broker_with_many_dead_addresses_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them takes its ten seconds; who waits for all of them is taken for hung by its watchdog."""
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # nobody accepts: once its queue is full it answers no more
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", full.getsockname())

        def many(*_: object, **__: object) -> object:
            return [address] * 12

        monkeypatch.setattr(socket, "getaddrinfo", many)
        monkeypatch.setattr(transport, "CONNECT_S", 0.2)
        monkeypatch.setattr(transport, "REACH_S", 0.3)
        ear = Ear(section(full.getsockname()[1]))

        with pytest.raises(BrokerAwayError, match=r"no answer within 0\.3 s"):
            ear.link.connect()
