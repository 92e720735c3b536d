"""A link, and an ear for what it reports."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from queue import Empty, SimpleQueue
from typing import TypeVar

from pydantic import SecretStr

from askance.line import Line, Woken
from askance.mqtt import LinkEvent, Message, Subscribed, Up
from askance.sections import BrokerSection
from askance.transport import Link
from support_polling import until

Kind = TypeVar("Kind", bound=LinkEvent)
NUMBERS = count(1)


def section(port: int, **keys: object) -> BrokerSection:
    """The configuration of a broker on this machine."""
    return BrokerSection.model_validate({"port": port} | keys)


def login(port: int, name: str, password: str) -> BrokerSection:
    """The same, with a name and a password."""
    return section(port, username=name, password=SecretStr(password))


class Ear:
    """A link and the events that it reported."""

    def __init__(
        self,
        broker: BrokerSection,
        *,
        client_id: str = "ear",
        report: Callable[[LinkEvent], object] | None = None,
        v5: bool = True,
        will: Message | None = None,
        receive_maximum: int | None = None,
    ) -> None:
        self.events: SimpleQueue[LinkEvent] = SimpleQueue()
        self.link = Link(
            broker,
            number=next(NUMBERS),
            client_id=client_id,
            report=report or self.events.put,
            v5=v5,
            will=will,
            receive_maximum=receive_maximum,
        )

    def hear(self, kind: type[Kind], *, within_s: float = 5.0) -> Kind:
        """Wait for the next event of a kind, over those of other kinds."""
        deadline = time.monotonic() + within_s
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left_s)
            except Empty:
                break
            if isinstance(event, kind):
                assert event.link == self.link.number
                return event
        raise AssertionError(f"no {kind.__name__} within {within_s} s")

    def silent(self, *, for_s: float) -> bool:
        """Whether nothing is reported for a while."""
        return not until(lambda: not self.events.empty(), within_s=for_s)


@contextmanager
def linked(
    broker: BrokerSection,
    *,
    topic: str | None = None,
    client_id: str = "ear",
    v5: bool = True,
    will: Message | None = None,
    receive_maximum: int | None = None,
) -> Generator[Ear]:
    """A link that is up, subscribed to ``topic``, and closed in the end."""
    ear = Ear(broker, client_id=client_id, v5=v5, will=will, receive_maximum=receive_maximum)
    ear.link.connect()
    try:
        ear.hear(Up)
        if topic is not None:
            ear.link.subscribe(topic)
            assert ear.hear(Subscribed).granted
        yield ear
    finally:
        ear.link.close()


@contextmanager
def line(
    broker: BrokerSection,
    *,
    draw: float = 0.01,
    clock: Callable[[], float] = time.monotonic,
    will: Message | None = None,
) -> Generator[Line]:
    """A line that waits hardly at all between two attempts."""
    made = Line(
        broker,
        client_id="line",
        will=will,
        receive_maximum=4,
        longest_wait_s=60.0,
        clock=clock,
        draw=lambda: draw,
    )
    yield made
    made.close()


Heard = TypeVar("Heard")


def hear(on: Line, kind: type[Heard], *, within_s: float = 8.0) -> Heard:
    """Wait for a line's next event of a kind, over those of other kinds."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        event = on.next(0.2)
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind.__name__} within {within_s} s")


def hear_all(on: Line, *kinds: type[LinkEvent], within_s: float = 8.0) -> list[LinkEvent]:
    """Wait for events of all these kinds, in any order, and return everything that happened until then."""
    events: list[LinkEvent] = []
    deadline = time.monotonic() + within_s
    while not set(kinds) <= {type(event) for event in events}:
        assert time.monotonic() < deadline, f"only {events} within {within_s} s"
        event = on.next(0.2)
        if event is not None and not isinstance(event, Woken):
            events.append(event)
    return events
