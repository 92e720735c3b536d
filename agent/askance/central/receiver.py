"""Carries messages from the line into the catalog and receipts back: PUBACK and receipts only after the commit."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Final

from askance.central.batch import Letter
from askance.central.config import ReceiverSection
from askance.central.inbox import batches
from askance.central.intake import Intake
from askance.line import Event, Line
from askance.transport import Down, Message, Received, Settled, Subscribed, Up
from askance.wire import topics
from askance.wire.codec import dump_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipt, Receipts

log = logging.getLogger(__name__)

BATCH: Final = 20
MOST_FAILURES: Final = 3
RECEIPT_EXPIRY_S: Final = 3600


class Receiver:
    """Owns the line; one thread calls ``step`` for ever.

    Args:
        line: to the broker.
        intake: makes messages durable.
        section: what the centre accepts.
    """

    def __init__(self, line: Line, intake: Intake, *, section: ReceiverSection) -> None:
        self.counts: Final[Counter[str]] = Counter()
        self._line: Final = line
        self._intake: Final = intake
        self._section: Final = section
        self._waiting: list[Received] = []
        self._greeted: set[DeviceId] = set()
        self._shared: str | None = None
        self._failures = 0

    def step(self, timeout_s: float) -> None:
        """Wait at most ``timeout_s`` seconds for something to happen, and deal with it."""
        event = self._gather(timeout_s)
        self._take()
        if event is not None:
            self._handle(event)

    def _gather(self, timeout_s: float) -> Event | None:
        """Let messages join those that wait, as many as are there; return what else happened."""
        event = self._line.next(0.0 if len(self._waiting) >= BATCH else timeout_s)
        while isinstance(event, Received):
            self._waiting.append(event)
            event = self._line.next(0.0) if len(self._waiting) < BATCH else None
        return event

    def _take(self) -> None:
        """Commit what waits, then acknowledge it in the order of arrival [MQTT-4.6.0-2], then send the receipts."""
        batch = self._waiting[:BATCH]
        if not batch:
            return
        try:
            answers = self._intake.take([Letter(message.topic, message.payload) for message in batch])
        except (sqlite3.Error, OSError) as error:
            self._failed(error)
            return
        self._failures = 0
        del self._waiting[: len(batch)]
        for message in batch:
            self._line.acknowledge(message.mid)
        for device, receipts in answers.items():
            self._send(device, receipts, hello=device not in self._greeted)

    def _failed(self, error: Exception) -> None:
        """Leave the batch unacknowledged and try again; after a few times give the line up, so that devices ask."""
        self._failures += 1
        self.counts["failed"] += 1
        log.error("cannot keep what was received: %s: %s", type(error).__name__, error)
        if self._failures >= MOST_FAILURES:
            self._failures = 0
            self._forget()
            self._line.hang_up()

    def _forget(self) -> None:
        """Give up what waits: its numbers mean nothing on the next link, and its senders ask again."""
        self.counts["dropped.unacknowledged"] += len(self._waiting)
        self._waiting.clear()

    def _handle(self, event: Event) -> None:
        match event:
            case Up(limits=limits):
                log.info("connected to the broker")
                self._shared = self._section.shared_group if limits.shared_subscriptions else None
                self._line.subscribe(topics.every_up(shared_group=self._shared))
            case Subscribed(granted=True):
                self._greet()
            case Subscribed():
                self._refused()
            case Down(reason=reason, refused=refused):
                hint = "; check `broker.username` and `broker.password`" if refused else ""
                log.warning("the connection to the broker ended: %s%s", reason, hint)
                self._forget()
            case Settled(problem=str() as problem):
                self.counts["receipts.refused"] += 1
                log.warning("the broker refused receipts: %s", problem)
            case _:
                pass

    def _refused(self) -> None:
        """Without sharing every receiver gets everything: each effect is idempotent, so it only costs bandwidth."""
        if self._shared is not None:
            log.warning("no shared subscriptions at this broker: subscribing alone")
            self._shared = None
            self._line.subscribe(topics.every_up(shared_group=None))
        else:
            log.error("the broker refused the subscription: allow %s to read it", topics.every_up(shared_group=None))
            self._line.hang_up()

    def _greet(self) -> None:
        """Tell every device that a receiver is here: whatever they wait for, they may ask for it now."""
        self._greeted.clear()
        for device in sorted(self._intake.known()):
            self._send(device, (), hello=True)

    def _send(self, device: DeviceId, receipts: Sequence[Receipt], *, hello: bool) -> None:
        parts = list(batches(receipts)) or ([()] if hello else [])
        for index, part in enumerate(parts):
            body = Receipts(a=part, credit=self._section.credit, hello=hello and index == 0)
            topic = topics.down(device, topics.Down.RECEIPTS)
            sent = self._line.publish(Message(topic, dump_json(body), expiry_s=RECEIPT_EXPIRY_S))
            if sent is None:
                self.counts["receipts.unsent"] += len(part)  # the device asks again
            else:
                self.counts["receipts.sent"] += len(part)
                self._greeted.add(device)
