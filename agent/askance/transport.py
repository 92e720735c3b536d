"""The only file that knows paho: one link is one connection to the broker; what happens on it is reported as events.

A link never reconnects: whoever owns it builds the next one, so that nothing is sent again behind its owner's back.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from askance.errors import BrokerAwayError
from askance.sections import BrokerSection
from askance.tls import tls_context

STOP_S: Final = 3.0
CONNECT_S: Final = 10.0

_UNSUPPORTED_VERSION: Final = 0x84  # also what paho makes of the MQTT 3.1.1 code 1 in answer to MQTT 5


@dataclass(frozen=True, slots=True)
class Message:
    """What is published, always with QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the broker announced in its CONNACK; None where it said nothing."""

    receive_maximum: int | None
    maximum_packet: int | None
    shared_subscriptions: bool


@dataclass(frozen=True, slots=True)
class Up:
    """The broker accepted the connection."""

    link: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Down:
    """The connection ended. ``refused``: by the broker's decision on who we are; ``version``: it wants another MQTT."""

    link: int
    reason: str
    refused: bool = False
    version: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message came in; ``Link.acknowledge(mid)`` once it is dealt with."""

    link: int
    topic: str
    payload: bytes
    mid: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The broker acknowledged a publish (which does not mean that anybody stored it); ``problem`` when it refused."""

    link: int
    mid: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The broker answered a subscription."""

    link: int
    granted: bool


LinkEvent: TypeAlias = Up | Down | Received | Settled | Subscribed


class _Client(Client):
    """A client that says when its thread ends: an exception in it ends it without a word, and ``Up`` would stand."""

    ended: Callable[[], object]

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:  # noqa: FBT001, FBT002 (paho's signature)
        """Do the thread's work, and report its end whatever ended it."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        finally:
            self.ended()


class Link:
    """One connection to the broker, from its construction to ``close``; events carry its ``number``.

    Args:
        broker: where, and as whom.
        number: told apart from earlier links by it.
        client_id: unique at the broker.
        report: called on the link's own thread with each event; it only hands the event over.
        v5: MQTT 5, or else 3.1.1.
        will: published by the broker when the link dies.
        receive_maximum: how many unacknowledged messages the broker may send; None: its own choice.
    """

    def __init__(
        self,
        broker: BrokerSection,
        *,
        number: int,
        client_id: str,
        report: Callable[[LinkEvent], object],
        v5: bool = True,
        will: Message | None = None,
        receive_maximum: int | None = None,
    ) -> None:
        self.number: Final = number
        self._broker = broker
        self._report = report
        self._v5 = v5
        self._receive_maximum = receive_maximum
        self._client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
            clean_session=None if v5 else True,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._client.ended = lambda: report(Down(number, "the connection's thread ended"))
        self._client.suppress_exceptions = False  # else a message whose callback failed would be acknowledged
        self._client.connect_timeout = CONNECT_S
        self._client.max_inflight_messages_set(0)  # the owner keeps the window; paho's own would only queue
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        if broker.username is not None:
            password = None if broker.password is None else broker.password.get_secret_value()
            self._client.username_pw_set(broker.username, password)
        if broker.tls is not None:
            self._client.tls_set_context(tls_context(broker.tls))
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe

    def connect(self) -> None:
        """Reach the broker and start the link's thread; ``Up`` or ``Down`` is reported.

        Raises:
            BrokerAwayError: no connection to the broker's address.
        """
        broker = self._broker
        properties = self._properties(
            PacketTypes.CONNECT, SessionExpiryInterval=0, ReceiveMaximum=self._receive_maximum
        )
        clean = True if self._v5 else MQTT_CLEAN_START_FIRST_ONLY
        keepalive = max(1, int(broker.keepalive.total_seconds()))
        try:
            self._client.connect(broker.host, broker.port, keepalive, clean_start=clean, properties=properties)
        except (OSError, UnicodeError) as error:  # the second: a host that no name server could be asked for
            reason = getattr(error, "strerror", None) or error
            raise BrokerAwayError(
                f"cannot reach the broker at {broker.host}:{broker.port}: {reason}",
                hint="check `broker.host` and `broker.port`, and that the broker runs",
            ) from error
        self._client.loop_start()

    def publish(self, message: Message) -> int:
        """Hand a message to the connection; ``Settled`` with the returned number follows, or ``Down``."""
        properties = self._properties(PacketTypes.PUBLISH, MessageExpiryInterval=message.expiry_s)
        return self._client.publish(
            message.topic, message.payload, qos=1, retain=message.retain, properties=properties
        ).mid

    def subscribe(self, topic_filter: str) -> None:
        """Ask for messages; ``Subscribed`` follows."""
        self._client.subscribe(topic_filter, qos=1)

    def acknowledge(self, mid: int) -> None:
        """Send the PUBACK of a received message; in the order of arrival [MQTT-4.6.0-2]."""
        self._client.ack(mid, 1)

    def close(self) -> None:
        """Say goodbye, if the link still stands, and end its thread within ``STOP_S`` seconds."""
        self._client.disconnect()
        # loop_stop waits without bound while a message is unacknowledged, so it gets a thread and a limit of its own.
        stopper = threading.Thread(target=self._client.loop_stop, name="link-stop", daemon=True)
        stopper.start()
        stopper.join(STOP_S)
        if stopper.is_alive() and (channel := self._client.socket()) is not None:
            channel.close()  # the goodbye does not get through; the thread ends over the closed socket

    def _properties(self, packet: int, **values: int | None) -> Properties | None:
        """Collect what is set; MQTT 3.1.1 has no properties."""
        if not self._v5:
            return None
        properties = Properties(packet)  # type: ignore[no-untyped-call]  # paho's constructor has no annotations
        for name, value in values.items():
            if value is not None:
                setattr(properties, name, value)
        return properties

    def _on_connect(
        self, _client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            version = code.value == _UNSUPPORTED_VERSION
            self._report(Down(self.number, f"refused: {code}", refused=not version, version=version))
            return
        said: dict[str, Any] = {} if properties is None else dict(vars(properties))
        limits = Limits(
            receive_maximum=said.get("ReceiveMaximum"),
            maximum_packet=said.get("MaximumPacketSize"),
            shared_subscriptions=self._v5 and bool(said.get("SharedSubscriptionAvailable", 1)),
        )
        self._report(Up(self.number, limits))

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        self._report(Down(self.number, str(code)))

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._report(Received(self.number, message.topic, bytes(message.payload), message.mid))

    def _on_publish(
        self, _client: Client, _data: object, mid: int, code: ReasonCode, _properties: Properties | None
    ) -> None:
        self._report(Settled(self.number, mid, str(code) if code.is_failure else None))

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        self._report(Subscribed(self.number, not any(code.is_failure for code in codes)))
