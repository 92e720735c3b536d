"""A camera and a receiver at one real broker, both turned by the test's own thread."""

import random
import time
from dataclasses import dataclass, field

from askance.central.intake import Intake
from askance.central.receiver import Receiver
from askance.line import Line
from askance.mqtt import Message, Received, Subscribed
from askance.mqtt import Up as LinkUp
from askance.sections import BrokerSection
from askance.wire.codec import load_json
from askance.wire.receipts import Receipts, Stored
from askance.wire.topics import Down, Up, down
from support_broker import Mosquitto
from support_central import DEVICE, Clock, topic

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
