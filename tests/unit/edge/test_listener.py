"""Numbers that a real broker carries are known to the rules, for as long as they are true."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from askance.edge.config import EdgeConfig
from askance.edge.health import Health
from askance.edge.listener import PART, build_listener
from askance.edge.told import Told
from askance.edge.workers import Pulse, Worker
from askance.mqtt import Message, Settled, Up
from support_broker import Mosquitto
from support_link import hear, line, section
from support_peer import accepting
from support_polling import until

TOPICS = [
    {"topic": "vehicle/speed", "reading": "speed", "for": "1h"},
    {"topic": "vehicle/engine", "reading": "rpm", "key": "engine.rpm", "for": "1h"},
    {"topic": "vehicle/engine", "reading": "hot", "key": "hot", "for": "1h"},
]


class Heard:
    """A listener at work, and what it told."""

    def __init__(self, port: int, topics: list[dict[str, str]]) -> None:
        self.health, self.told = Health(), Told()
        config = EdgeConfig.model_validate(
            {"cameras": [{"id": "gate", "url": "0"}], "readings": {"broker": {"port": port}, "topics": topics}}
        )
        listener = build_listener(config, self.told, health=self.health)
        assert listener is not None
        self.stop = threading.Event()
        self.worker = Worker(Pulse(PART, self.stop, self.health), listener.hear)

    def knows(self, **numbers: float) -> bool:
        """Whether it comes to know exactly these."""
        return until(lambda: self.told.readings(time.monotonic_ns()) == numbers)

    def complains(self, words: str | None) -> bool:
        """Whether it comes to say this of its trouble; None: it has none."""
        return until(lambda: words in str(self.trouble) if words is not None else self.trouble is None)

    @property
    def trouble(self) -> str | None:
        """What is wrong with it."""
        return self.health.vitals().trouble.get(PART)


@contextmanager
def heard(port: int, topics: list[dict[str, str]] = TOPICS) -> Generator[Heard]:
    """Let a listener work."""
    one = Heard(port, topics)
    one.worker.start()
    try:
        yield one
    finally:
        one.stop.set()
        one.worker.join(5.0)
        assert not one.worker.is_alive()
        assert one.worker.failure is None


def say(port: int, topic: str, payload: bytes, *, retain: bool = False) -> None:
    """Have the broker carry a message."""
    with line(section(port)) as on:
        hear(on, Up)
        mid = on.publish(Message(topic, payload, retain=retain))
        while hear(on, Settled).mid != mid:
            pass


def subscribed(mosquitto: Mosquitto, *, times: int) -> bool:
    """Whether the listener comes to ask so many times."""
    return until(lambda: mosquitto.log.count("SUBSCRIBE from camera-1-readings") >= times)


def test_without_topics_nobody_listens() -> None:
    assert build_listener(EdgeConfig(), Told(), health=Health()) is None


def test_numbers_on_topics_are_known_to_the_pipeline(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    say(mosquitto.port, "vehicle/speed", b"1", retain=True)
    with heard(mosquitto.port) as one:
        assert until(lambda: one.health.vitals().counts.get("readings.retained") == 1), "nobody knows how old it is"

        say(mosquitto.port, "vehicle/speed", b"12.5")
        say(mosquitto.port, "vehicle/engine", b'{"engine": {"rpm": 900}, "hot": false}')

        assert one.knows(speed=12.5, rpm=900.0, hot=0.0)
        assert one.complains(None)


def test_what_cannot_be_read_is_told_until_it_can_and_harms_no_other(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with heard(mosquitto.port) as one:
        assert subscribed(mosquitto, times=2)
        say(mosquitto.port, "vehicle/engine", b'{"engine": {"rpm": "many"}, "hot": true}')

        assert one.knows(hot=1.0)
        assert one.complains("rpm of vehicle/engine: engine.rpm is no finite number")
        say(mosquitto.port, "vehicle/engine", b'{"engine": {"rpm": 1}, "hot": true}')
        assert one.complains(None)
        assert one.knows(hot=1.0, rpm=1.0)


def test_poses_on_topics_are_known_also_those_that_were_told_before(mosquitto: Mosquitto) -> None:
    topics = [{"topic": "ptz/gate", "pose": "gate"}, {"topic": "ptz/gate", "reading": "preset", "for": "1min"}]
    mosquitto.start()
    say(mosquitto.port, "ptz/gate", b"3", retain=True)
    with heard(mosquitto.port, topics) as one:
        assert until(lambda: {"gate": "3"} == one.told.poses()), "a pose is true until the next"
        assert one.knows()

        say(mosquitto.port, "ptz/gate", b"4")
        assert one.knows(preset=4.0)
        assert {"gate": "4"} == one.told.poses()
        say(mosquitto.port, "ptz/gate", b"[4]")
        assert one.complains("pose gate of ptz/gate: no name of a pose")
        say(mosquitto.port, "ptz/gate", b"null")
        assert until(lambda: {} == one.told.poses())


def test_a_place_that_is_not_on_earth_is_told_and_not_taken_in(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    with heard(mosquitto.port, [{"topic": "gps", "reading": "lat", "key": "lat", "for": "1min"}]) as one:
        assert subscribed(mosquitto, times=1)
        say(mosquitto.port, "gps", b'{"lat": 91}')
        assert one.complains("lat of gps: lat is not between -90 and 90")
        say(mosquitto.port, "gps", b'{"lat": 48}')
        assert one.knows(lat=48.0)
        assert one.complains(None)


def test_a_broker_that_comes_late_or_again_is_found(mosquitto: Mosquitto) -> None:
    with heard(mosquitto.port) as one:
        assert one.complains("cannot reach the broker")
        for number in (1, 2):
            mosquitto.restart() if number > 1 else mosquitto.start()
            assert until(lambda: one.trouble is None)
            assert subscribed(mosquitto, times=2 * number)
            say(mosquitto.port, "vehicle/speed", str(number).encode())
            assert one.knows(speed=float(number))
            mosquitto.kill()


def test_a_subscription_that_is_refused_is_told_and_tried_again() -> None:
    connack, suback = b"\x20\x03\x00\x00\x00", b"\x90\x04\x00\x01\x00\x87"
    with accepting([connack + suback, connack + suback]) as (port, asked), heard(port, TOPICS[:1]) as one:
        assert one.complains("the broker does not let this device hear all of vehicle/speed")
        assert until(lambda: len(asked) == 2)
