"""A standing line to the broker: dials link after link, finds the MQTT version it speaks, and waits longer each time.

Both programs own one line in one thread. MQTT 5 is tried first; a broker that refuses the version, hangs up before its
CONNACK or stays silent is dialled with the other version the next time: at once where it said that the version is to
blame, and had not said so since the line was last up. One that then answers in the old version may only have been away
when it was asked for the new one, and is asked once more: who ends up with MQTT 3.1.1 has neither the broker's limits
nor shared subscriptions. The version that it has spoken for is kept until it refuses it: a broker that hangs up or is
silent later is in trouble, not of another mind.

The wait after a break begins anew when the link was of use, which its owner says, or stood for long. That the broker
took the first message proves nothing: it may break over the second, each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias

from askance.backoff import full_jitter_s
from askance.errors import BrokerAwayError, ConfigError
from askance.mqtt import Down, LinkEvent, Message, Subscribed, Up
from askance.remedies import remedy
from askance.sections import BrokerSection
from askance.tls import tls_context
from askance.transport import Link

SILENCE_S: Final = 5.0
FIRST_WAIT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Woken:
    """Somebody else has work for the line's owner."""


Event: TypeAlias = LinkEvent | Woken


class Line:
    """A line that is dialled again whenever it breaks; one thread calls everything but ``wake``.

    Args:
        broker: whom to dial.
        client_id: unique at the broker.
        will: what the broker publishes when the link dies.
        receive_maximum: how many unacknowledged messages the broker may send.
        longest_wait_s: cap of the wait between two attempts.
        clock: monotonic seconds.
        draw: random numbers in [0, 1).

    Raises:
        ConfigError: the certificates cannot be used now; later, that is trouble.
    """

    def __init__(
        self,
        broker: BrokerSection,
        *,
        client_id: str,
        will: Message | None,
        receive_maximum: int | None,
        longest_wait_s: float,
        clock: Callable[[], float],
        draw: Callable[[], float],
    ) -> None:
        if broker.tls is not None:
            tls_context(broker.tls)
        self.trouble: str | None = None
        self.refused = False
        self._broker = broker
        self._client_id = client_id
        self._will = will
        self._receive_maximum = receive_maximum
        self._longest_wait_s = longest_wait_s
        self._clock = clock
        self._draw = draw
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._link: Link | None = None
        self._up = False
        self._links = 0
        self._failures = 0
        self._v5 = True
        self._proven = False
        self._asked_again = False
        self._other_version = False
        self._useful = False
        self._up_at = 0.0
        self._dial_at = clock()
        self._owed: str | None = None
        self._answer_by = 0.0

    @property
    def address(self) -> str:
        """The broker's host and port; what is learnt about a broker is remembered under it."""
        return f"{self._broker.host}:{self._broker.port}"

    @property
    def up(self) -> bool:
        """Whether the broker has accepted the link and it has not broken since."""
        return self._up

    def next(self, timeout_s: float) -> Event | None:
        """Wait for what happens next; None when nothing did within ``timeout_s`` seconds."""
        if self._link is None and self._clock() >= self._dial_at:
            self._dial()
        try:
            event = self._events.get(timeout=max(0.0, min(timeout_s, self._patience(self._clock()))))
        except Empty:
            # only now: an owner that was busy for long may find the answer waiting
            unanswered = self._link is not None and self._owed is not None and self._clock() >= self._answer_by
            return self._broken(Down(self._links, f"no answer to {self._owed}")) if unanswered else None
        return self._accept(event)

    def wake(self) -> None:
        """Make ``next`` return ``Woken``; from any thread."""
        self._events.put(Woken())

    def publish(self, message: Message) -> int | None:
        """Hand a message to the link; its number, or None while the line is down."""
        return self._link.publish(message) if self._link is not None and self._up else None

    def subscribe(self, topic_filter: str) -> None:
        """Ask for messages, while the line is up; a broker that does not answer is given up."""
        if self._link is not None:
            self._link.subscribe(topic_filter)
            self._await("SUBSCRIBE")

    def acknowledge(self, mid: int) -> None:
        """Send the PUBACK of a received message, while the line is up."""
        if self._link is not None:
            self._link.acknowledge(mid)

    def prove(self) -> None:
        """Say that the link was of use: should it break now, the wait begins anew."""
        self._useful = True

    def hang_up(self, trouble: str = "nothing moved") -> None:
        """Drop a link that is of no use, and say why; it is dialled again after the usual wait."""
        if self._link is not None:
            self._broken(Down(self._link.number, trouble))

    def close(self) -> None:
        """End the link; without another ``next``, for good."""
        if self._link is not None:
            self._link.close()
            self._link, self._up = None, False

    def _accept(self, event: Event) -> Event | None:
        """Take note of an event; those of an earlier link are nobody's any more."""
        if isinstance(event, Woken):
            return event
        if self._link is None or event.link != self._link.number:
            return None
        if isinstance(event, Down):
            return self._broken(event)
        self._answer_by = self._clock() + SILENCE_S  # whatever it says, it is not silent
        if isinstance(event, Up):
            return self._accepted(event)
        if isinstance(event, Subscribed):
            self._owed = None
        return event

    def _accepted(self, up: Up) -> Up | None:
        """Take the link; None where the broker is asked for the new version once more."""
        if not (self._v5 or self._proven or self._asked_again):
            self._v5, self._asked_again, self._dial_at = True, True, self._clock()
            self.close()
            return None
        self._proven = self._proven or self._v5
        self._asked_again, self._other_version, self._owed, self._up_at = False, False, None, self._clock()
        self._up, self.trouble, self.refused = True, None, False
        return up

    def _await(self, answer_to: str) -> None:
        self._owed, self._answer_by = answer_to, self._clock() + SILENCE_S

    def _dial(self) -> None:
        self._links += 1
        try:
            link = Link(
                self._broker,
                number=self._links,
                client_id=self._client_id,
                report=self._events.put,
                v5=self._v5,
                will=self._will,
                receive_maximum=self._receive_maximum,
            )
            link.connect()
        except (BrokerAwayError, ConfigError) as error:  # certificates may be changed while we run, and wrongly
            self._wait(str(error), hint=error.hint)
            return
        self._link, self._up, self._useful = link, False, False
        self._await("CONNECT")

    def _broken(self, down: Down) -> Down:
        """Bury the link and set the time of the next dial."""
        earlier = self.trouble
        changes = not self._up and (down.version or not (down.refused or self._proven))
        if changes:
            self._asked_again = self._asked_again and self._v5
            self._v5, self._proven = not self._v5, down.version
        if self._up and (self._useful or self._clock() - self._up_at >= self._longest_wait_s):
            self._failures = 0
        self.close()
        self.refused = down.refused
        self._wait(down.reason, hint=remedy(down.reason))
        if changes and not self._v5:
            self.trouble = earlier  # a broker that wants the older version is in no trouble
        if down.version and not self._other_version:  # one that refuses both is not dialled without end
            self._other_version, self._dial_at = True, self._clock()
        return down

    def _wait(self, trouble: str, *, hint: str | None) -> None:
        self._failures += 1
        self.trouble = trouble if hint is None else f"{trouble}; {hint}"
        wait_s = full_jitter_s(self._failures, self._draw(), base_s=FIRST_WAIT_S, cap_s=self._longest_wait_s)
        self._dial_at = self._clock() + wait_s

    def _patience(self, now: float) -> float:
        """How long nothing but an event can matter."""
        if self._link is None:
            return self._dial_at - now
        return SILENCE_S if self._owed is None else self._answer_by - now
