"""A camera and a receiver at one real broker, both turned by the test's own thread."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from askance.central.batch import Letter
from askance.central.config import ReceiverSection
from askance.central.intake import Intake
from askance.central.receiver import Receiver
from askance.line import Event, Line
from askance.mqtt import Limits, Message, Received, Subscribed
from askance.mqtt import Up as LinkUp
from askance.sections import BrokerSection
from askance.wire.codec import dump_json, load_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipts, Status, Stored
from askance.wire.topics import Down, Up, down
from support_broker import Mosquitto
from support_central import DEVICE, Clock, open_intake, topic

WITHIN_S = 20.0


def make_line(port: int, name: str, *, wait_s: float = 0.2) -> Line:
    """A line to a broker on this machine."""
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
        """One turn: hear, and acknowledge."""
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
        """Publish a message."""
        assert self.line.publish(Message(topic(kind), payload)) is not None

    def has_heard(self, messages: int) -> bool:
        """Whether so many messages came."""
        return len(self.heard) == messages

    @property
    def stored(self) -> set[str]:
        """The frames that the centre has confirmed."""
        return {one.id for batch in self.heard for one in batch.a if isinstance(one, Stored)}


@dataclass
class Script:
    """A line without a broker: what happens on it is written beforehand, what is published acknowledged by the test."""

    events: list[Event]
    sent: list[Message] = field(default_factory=list)
    trouble: str | None = None

    def next(self, _timeout_s: float) -> Event | None:
        """The next event of the script."""
        return self.events.pop(0) if self.events else None

    def publish(self, message: Message) -> int:
        """Note a message, numbered from 1."""
        self.sent.append(message)
        return len(self.sent)

    def acknowledge(self, _mid: int) -> None:
        """Do nothing."""

    def subscribe(self, _topic_filter: str) -> None:
        """Do nothing."""

    def prove(self) -> None:
        """Do nothing."""

    def hang_up(self, trouble: str) -> None:
        """Note why."""
        self.trouble = trouble


@dataclass
class Centre:
    """A receiver and a device at one broker; both turn in this thread."""

    intake: Intake
    receiver: Receiver
    line: Line
    device: Device
    broker: Mosquitto
    clock: Clock

    def has_failed(self, times: int) -> bool:
        """Whether so many attempts to keep something failed."""
        return self.receiver.counts["failed"] == times

    def turn_until(self, condition: object, *, within_s: float = WITHIN_S) -> None:
        """Turn both ends until ``condition()`` holds."""
        assert callable(condition)
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"never: {self.receiver.counts} {self.intake.counts}"
            self.device.step()
            self.receiver.step(0.01)


def scripted(folder: Path) -> tuple[Receiver, Script, Clock]:
    """A receiver on a line of a script, whose broker takes ten messages at a time, and a catalog of fifty devices."""
    intake, clock = open_intake(folder), Clock()
    for number in range(50):
        device = DeviceId(f"camera-{number:02}")
        intake.take([Letter(topic(Up.STATUS, device), dump_json(Status(device=device, online=True)))])
    line = Script([LinkUp(1, Limits(10, None, shared_subscriptions=True)), Subscribed(1, granted=True)])
    receiver = Receiver(cast("Line", line), intake, section=ReceiverSection(), clock=clock)
    while line.events or not line.sent:
        receiver.step(0.0)
    return receiver, line, clock
