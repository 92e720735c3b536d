"""A standing line against a real broker: it is dialled again, slower each time, in the version the broker speaks."""

import time
from pathlib import Path

import pytest

from askance.errors import ConfigError
from askance.line import FIRST_WAIT_S, SILENCE_S, Woken
from askance.mqtt import Down, Message, Received, Settled, Subscribed, Up
from support_broker import Mosquitto, free_port
from support_clock import Clock
from support_fleet import Fleet
from support_link import Ear, hear, hear_all, line, login, section
from support_peer import accepting
from support_polling import until


def test_a_line_is_dialled_by_waiting_for_what_happens(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with line(section(mosquitto.port)) as on:
        assert not on.up
        assert on.publish(Message("t", b"")) is None

        assert hear(on, Up).limits.receive_maximum == 20
        assert on.up
        assert on.trouble is None
        on.subscribe("t")
        assert hear(on, Subscribed).granted
        mid = on.publish(Message("t", b"x"))
        assert hear(on, Settled).mid == mid
        assert on.publish(Message("t", b"y")) is not None
        received = hear(on, Received)
        on.acknowledge(received.mid)
        assert received.payload in {b"x", b"y"}


def test_a_broker_that_comes_late_is_found(mosquitto: Mosquitto) -> None:
    with line(section(mosquitto.port)) as on:
        assert on.next(0.0) is None
        assert str(on.trouble).startswith(f"cannot reach the broker at {on.address}")
        mosquitto.start()

        hear(on, Up)
        assert on.trouble is None


def test_a_killed_broker_is_noticed_and_dialled_again(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with line(section(mosquitto.port)) as on:
        first = hear(on, Up)
        mosquitto.kill()
        hear(on, Down)
        assert not on.up
        assert on.publish(Message("t", b"")) is None
        mosquitto.restart()

        assert hear(on, Up).link > first.link


def test_hanging_up_is_followed_by_a_new_dial_and_nothing_of_the_old_link_is_heard(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with line(section(mosquitto.port)) as on:
        first = hear(on, Up)
        on.publish(Message("t", b""))
        on.hang_up("no good")
        assert on.trouble == "no good"
        assert not on.up

        events = hear_all(on, Up)
        assert [first.link + 1] == [event.link for event in events if isinstance(event, (Up, Down, Settled))]


def test_without_a_link_there_is_nothing_to_do() -> None:
    with line(section(free_port())) as on:
        on.hang_up()
        on.subscribe("t")
        on.acknowledge(1)

        assert on.trouble is None


def test_a_wrong_password_is_told_and_tried_again_in_the_same_version(mosquitto: Mosquitto) -> None:
    mosquitto.start(mosquitto.with_user("camera-1", "right"))
    with line(login(mosquitto.port, "camera-1", "wrong")) as on:
        for _ in range(3):
            assert hear(on, Down).refused
            assert str(on.trouble).startswith("refused: Not authorized; check `broker.username` and")
        assert on.refused

        refusals = [entry for entry in mosquitto.log.splitlines() if "Sending CONNACK to" in entry]
        assert ["(0, 135)"] * 3 == [entry[entry.index("(") :] for entry in refusals]


def test_somebody_else_can_wake_the_line_s_owner(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with line(section(mosquitto.port)) as on:
        hear(on, Up)
        on.wake()

        assert Woken() == on.next(5.0)


def test_a_closed_line_sends_no_will_and_is_down(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    ear = Ear(section(mosquitto.port))
    ear.link.connect()
    ear.hear(Up)
    ear.link.subscribe("s")
    ear.hear(Subscribed)
    with line(section(mosquitto.port), will=Message("s", b"offline")) as on:
        hear(on, Up)
        on.close()

        assert not on.up
        assert ear.silent(for_s=0.4)
    ear.link.close()


def test_every_failure_doubles_the_wait_up_to_the_longest() -> None:
    clock = Clock()
    waits: list[float] = []
    with line(section(free_port()), draw=0.5, clock=clock) as on:
        on.next(0.0)
        for _ in range(9):
            began, on.trouble = clock.now, None
            while on.trouble is None:
                clock.now += 0.125
                on.next(0.0)
            waits.append(clock.now - began)

    assert [0.5, 1, 2, 4, 8, 16, 30, 30, 30] == waits
    assert waits[0] == 0.5 * FIRST_WAIT_S


def test_a_line_that_breaks_before_it_carried_anything_counts_as_a_failure(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    clock = Clock()
    with line(section(mosquitto.port), draw=0.5, clock=clock) as on:
        for wait_s in (0.5, 1.0, 2.0):
            hear(on, Up)
            on.hang_up()
            clock.now += wait_s - 0.01
            assert on.next(0.0) is None
            assert not on.up
            clock.now += 0.02
        hear(on, Up)
        on.publish(Message("t", b""))
        hear(on, Settled)
        on.hang_up()
        clock.now += 3.99
        assert on.next(0.0) is None
        assert not on.up


def test_a_line_that_was_of_use_is_dialled_again_soon(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    clock = Clock()
    with line(section(mosquitto.port), draw=0.5, clock=clock) as on:
        for wait_s in (0.5, 1.0, 2.0):
            hear(on, Up)
            on.hang_up()
            clock.now += wait_s + 0.01
        hear(on, Up)
        on.prove()
        on.hang_up()
        clock.now += 0.51
        hear(on, Up)

        on.hang_up()
        clock.now += 0.99
        assert on.next(0.0) is None
        assert not on.up


def test_a_line_that_stood_for_long_is_dialled_again_soon(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    clock = Clock()
    with line(section(mosquitto.port), draw=0.5, clock=clock) as on:
        for wait_s in (0.5, 1.0, 2.0):
            hear(on, Up)
            on.hang_up()
            clock.now += wait_s + 0.01
        hear(on, Up)
        clock.now += 60.0
        on.hang_up()
        clock.now += 0.51

        hear(on, Up)


def test_a_broker_that_does_not_answer_a_subscription_is_given_up() -> None:
    clock = Clock()
    with accepting([b"\x20\x03\x00\x00\x00"]) as (port, _), line(section(port), clock=clock) as on:
        hear(on, Up)
        on.subscribe("t")
        clock.now += SILENCE_S - 0.01
        assert on.next(0.0) is None
        clock.now += 0.02
        down = on.next(0.0)

        assert isinstance(down, Down)
        assert down.reason == "no answer to SUBSCRIBE"


def test_an_answer_that_waited_for_a_busy_owner_counts(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    clock = Clock()
    with line(section(mosquitto.port, keepalive="1s"), clock=clock) as on:
        with mosquitto.frozen():
            assert on.next(0.0) is None
        assert until(lambda: "Received PINGREQ from line" in mosquitto.log)  # sent once the answer was seen
        clock.now += 60.0

        hear(on, Up, within_s=1.0)


def test_a_line_that_is_down_waits_without_spinning() -> None:
    with line(section(free_port()), draw=0.999) as on:
        on.next(0.0)
        began = time.monotonic()
        turns = 0
        while time.monotonic() - began < 1.0:
            on.next(0.5)
            turns += 1

        assert turns <= 5


def test_certificates_that_cannot_be_used_end_the_start_and_are_trouble_later(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path / "fleet")
    broker = fleet.section(free_port(), "line")
    with line(broker, draw=0.0) as on:
        fleet.ca.write_text("no certificate")

        with pytest.raises(ConfigError):
            line(broker).__enter__()
        assert on.next(0.0) is None
        assert str(on.trouble).startswith("cannot use the certificates of broker.tls: ")
        assert str(on.trouble).endswith("; check `broker.tls.ca`, `.certificate`, `.key`")
