"""Hears on topics of a broker what the rules have to know: numbers, such as a vehicle's speed, and poses of cameras."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from askance.edge.config import EdgeConfig
from askance.edge.health import Health
from askance.edge.hearing import ReadingSection
from askance.edge.poses import read_preset
from askance.edge.readings import read_number
from askance.edge.told import Told
from askance.edge.workers import Pulse
from askance.line import Line
from askance.mqtt import Received, Subscribed, Up

PART: Final = "readings"
WAIT_S: Final = 1.0


class Listener:
    """Keeps a line to a broker and takes in what is said there; one thread calls everything.

    A number in a retained message is left out: nobody knows how old it is. A pose is true until the next.

    Args:
        line: to the broker, its own.
        topics: what to hear, and what to find there.
        told: for the pipeline.
        health: takes the trouble, and counts.
        clock_ns: the monotonic clock, nanoseconds.
    """

    def __init__(
        self,
        line: Line,
        topics: Sequence[ReadingSection],
        *,
        told: Told,
        health: Health,
        clock_ns: Callable[[], int],
    ) -> None:
        self._line = line
        self._topics = {one.topic: [each for each in topics if each.topic == one.topic] for one in topics}
        self._told = told
        self._health = health
        self._clock_ns = clock_ns
        self._faults: dict[str, str] = {}

    def hear(self, pulse: Pulse) -> None:
        """Listen until the agent stops."""
        while pulse.going():
            self.step()
        self._line.close()

    def step(self) -> None:
        """Wait a moment for what happens next, and deal with it."""
        match self._line.next(WAIT_S):
            case Up():
                for topic in self._topics:
                    self._line.subscribe(topic)
            case Subscribed(granted=False):
                self._line.hang_up(f"the broker does not let this device hear all of {', '.join(self._topics)}")
            case Received() as message:
                self._take(message)
            case _:
                pass
        faults = "; ".join(self._faults[name] for name in sorted(self._faults))
        self._health.trouble(PART, self._line.trouble or faults or None)

    def _take(self, message: Received) -> None:
        self._line.acknowledge(message.mid)
        self._line.prove()
        for one in self._topics.get(message.topic, ()):
            if message.retained and one.pose is None:
                self._health.count("readings.retained")
                continue
            try:
                self._tell(one, message.payload)
            except ValueError as error:
                self._health.count("readings.unreadable")
                self._faults[one.name] = f"{one.name} of {one.topic}: {error}"
            else:
                self._faults.pop(one.name, None)

    def _tell(self, one: ReadingSection, payload: bytes) -> None:
        """Tell what a message says.

        Raises:
            ValueError: it does not say it.
            ControlError: what it says cannot be.
        """
        if one.pose is not None:
            self._told.turn(one.pose, read_preset(payload, key=one.key))
        elif one.reading is not None:
            number = read_number(payload, key=one.key)
            for_ns = one.for_ // timedelta(microseconds=1) * 1000
            self._told.tell({one.reading: number}, now_ns=self._clock_ns(), for_ns=for_ns)


def build_listener(config: EdgeConfig, told: Told, *, health: Health) -> Listener | None:
    """Build what hears numbers on a broker's topics; None: there are none to hear."""
    section = config.readings
    if section is None:
        return None
    line = Line(
        section.broker,
        client_id=f"{config.device.id}-readings",
        will=None,
        receive_maximum=None,
        longest_wait_s=config.sync.reconnect_max.total_seconds(),
        clock=time.monotonic,
        draw=random.random,
    )
    return Listener(line, section.topics, told=told, health=health, clock_ns=time.monotonic_ns)
