"""One program on a line, and everything that happened to it."""

import random
import time
from typing import TypeVar

from askance.line import Event, Line
from askance.mqtt import Message, Settled
from askance.sections import BrokerSection
from support_polling import until

Kind = TypeVar("Kind", bound=Event)


class Talker:
    """One program on the line, and everything that happened to it."""

    def __init__(self, broker: BrokerSection, name: str) -> None:
        self.heard: list[Event] = []
        self.line = Line(
            broker,
            client_id=name,
            will=None,
            receive_maximum=None,
            longest_wait_s=1.0,
            clock=time.monotonic,
            draw=random.random,
        )

    def meets(self, kind: type[Kind]) -> Kind:
        """Go on until an event of this kind comes, and return it."""
        found: list[Kind] = []

        def look() -> bool:
            event = self.line.next(0.1)
            self.heard.extend([] if event is None else [event])
            found.extend([event] if isinstance(event, kind) else [])
            return bool(found)

        assert until(look), f"no {kind.__name__}: {self.heard}"
        return found[0]

    def says(self, topic: str) -> str | None:
        """Publish there; the broker's problem with it, or None."""
        self.line.publish(Message(topic, b"?"))
        return self.meets(Settled).problem
