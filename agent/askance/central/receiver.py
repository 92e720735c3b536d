"""Carries messages from the line into the catalog and receipts back: PUBACK and receipts only after the commit.

While nothing can be kept, the line stays up: what came waits unacknowledged, so that the broker sends no more than its
bound, and its senders are asked to pause. Nobody is greeted then, for a greeting makes devices send all over again.

What is said to devices waits until the broker has acknowledged enough of what was said before.
"""

import logging
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from askance.central.batch import Letter
from askance.central.config import ReceiverSection
from askance.central.intake import Intake
from askance.central.outage import Outage
from askance.central.outgoing import Outgoing
from askance.line import Event, Line
from askance.mqtt import UNNUMBERED, Down, Message, Received, Settled, Subscribed, Up
from askance.wire import topics
from askance.wire.codec import dump_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipt, Receipts

log = logging.getLogger(__name__)

BATCH: Final = 20
RECEIPT_EXPIRY_S: Final = 3600


class Receiver:
    """Owns the line; one thread calls ``step`` for ever.

    Args:
        line: to the broker.
        intake: makes messages durable.
        section: what the centre accepts.
        clock: monotonic seconds.
    """

    def __init__(self, line: Line, intake: Intake, *, section: ReceiverSection, clock: Callable[[], float]) -> None:
        self.counts: Final[Counter[str]] = Counter()
        self._line: Final = line
        self._intake: Final = intake
        self._section: Final = section
        self._clock: Final = clock
        self._outage: Final = Outage()
        self._outgoing: Final = Outgoing()
        self._waiting: list[Received] = []
        self._greeted: set[DeviceId] = set()
        self._paused: set[DeviceId] = set()
        self._greeting = False
        self._shared: str | None = None

    def step(self, timeout_s: float) -> None:
        """Wait at most ``timeout_s`` seconds for something to happen, and deal with it."""
        event = self._gather(timeout_s)
        if event is None and self._outgoing.stalled(self._clock()):
            self._line.hang_up("the broker acknowledges no receipts")
            self._forget()
        if (self._waiting or self._greeting) and self._outage.left_s(self._clock()) <= 0:
            self._take()
        if event is not None:
            self._handle(event)
        if self._outage.left_s(self._clock()) > 0:
            self._pause()
        else:
            self._release()

    def _gather(self, timeout_s: float) -> Event | None:
        """Let messages join those that wait, a batch at most; return what else happened."""
        event = self._line.next(self._patience(timeout_s))
        room = BATCH
        while isinstance(event, Received):
            self._waiting.append(event)
            room -= 1
            event = self._line.next(0.0) if room else None
        return event

    def _patience(self, timeout_s: float) -> float:
        """How long nothing but an event can matter."""
        if not (self._waiting or self._greeting):
            return timeout_s
        return min(timeout_s, self._outage.left_s(self._clock()))

    def _take(self) -> None:
        """Commit what waits, then acknowledge it in the order of arrival [MQTT-4.6.0-2]; the receipts may go then."""
        batch = self._waiting[:BATCH]
        try:
            if batch:
                answers = self._intake.take([Letter(message.topic, message.payload) for message in batch])
            else:
                self._intake.probe()
                answers = {}
            known = self._intake.known() if self._greeting else set[DeviceId]()
        except (sqlite3.OperationalError, OSError) as error:
            self._failed(error)
            return
        self._recovered()
        del self._waiting[: len(batch)]
        for message in batch:
            self._line.acknowledge(message.mid)
            self._line.prove()
        self._greeting = False
        for device, receipts in answers.items():
            self._answer(device, receipts)
        for device in sorted(known - self._greeted):
            self._answer(device, ())

    def _failed(self, error: Exception) -> None:
        """Leave the batch unacknowledged, to be tried again when the pause that its senders are told is over."""
        self.counts["failed"] += 1
        if self._outage.fail(self._clock()):
            self.counts["outages"] += 1
            log.error("cannot keep what is received, asking devices to wait: %s: %s", type(error).__name__, error)
        self._paused.clear()

    def _recovered(self) -> None:
        failures = self._outage.end()
        if failures:
            log.warning("what is received is kept again; attempts that failed: %d", failures)

    def _pause(self) -> None:
        """Tell the senders of what waits, each once between two attempts, when the next one is made.

        What came with QoS 0 does not wait, for the broker would send more and more of it.
        """
        left_s = self._outage.left_s(self._clock())
        self._lost("dropped.unacknowledged", sum(message.mid == UNNUMBERED for message in self._waiting))
        self._waiting = [message for message in self._waiting if message.mid != UNNUMBERED]
        senders = {address.device for message in self._waiting if (address := topics.parse_up(message.topic))}
        for device in sorted(senders - self._paused):
            if not self._outgoing.room:
                return
            self._paused.add(device)
            said = self._publish(device, Receipts(pause_s=left_s), expiry_s=math.ceil(left_s))
            self.counts["pauses.sent" if said else "pauses.unsent"] += 1

    def _forget(self) -> None:
        """Give up what waits: its numbers mean nothing on the next link, and devices ask again."""
        self._lost("dropped.unacknowledged", len(self._waiting))
        self._lost("receipts.unsent", self._outgoing.close())
        self._waiting.clear()
        self._paused.clear()
        self._greeting = False

    def _lost(self, what: str, count: int) -> None:
        if count:
            self.counts[what] += count

    def _handle(self, event: Event) -> None:
        match event:
            case Up(limits=limits):
                log.info("connected to the broker")
                self._outgoing.open(limits.receive_maximum)
                self._shared = self._section.shared_group if limits.shared_subscriptions else None
                self._line.subscribe(topics.every_up(shared_group=self._shared))
            case Subscribed(granted=True):
                self._greeted.clear()
                self._greeting = True
            case Subscribed():
                self._refused()
            case Down(reason=reason, refused=refused):
                hint = "; check `broker.username` and `broker.password`" if refused else ""
                log.warning("the connection to the broker ended: %s%s", reason, hint)
                self._forget()
            case Settled(mid=mid, problem=problem):
                self._outgoing.settled(mid, self._clock())
                if problem is not None:
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
            self._line.hang_up("the broker refused the subscription")

    def _answer(self, device: DeviceId, receipts: Sequence[Receipt]) -> None:
        """Let receipts wait for their turn; a device that was not greeted on this line gets a message without any, too.

        It says that a receiver is here: whatever the device waits for, it may ask for it now.
        """
        if receipts or device not in self._greeted:
            self._lost("receipts.unsent", self._outgoing.put(device, receipts))

    def _release(self) -> None:
        """Send what waits, as long as the broker takes it; the first message of a line greets its device."""
        while (message := self._outgoing.take()) is not None:
            device, receipts = message
            body = Receipts(a=receipts, credit=self._section.credit, hello=device not in self._greeted)
            if self._publish(device, body, expiry_s=RECEIPT_EXPIRY_S):
                self.counts["receipts.sent"] += len(receipts)
                self._greeted.add(device)
            else:
                self.counts["receipts.unsent"] += len(receipts)  # the device asks again

    def _publish(self, device: DeviceId, body: Receipts, *, expiry_s: int) -> bool:
        topic = topics.down(device, topics.Down.RECEIPTS)
        mid = self._line.publish(Message(topic, dump_json(body), expiry_s=expiry_s))
        if mid is None:
            return False
        self._outgoing.sent(mid, self._clock())
        return True
