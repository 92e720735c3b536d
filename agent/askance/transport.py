"""The only file that knows paho: one link is one connection to the broker; what happens on it is reported as events.

A link never reconnects: whoever owns it builds the next one, so that nothing is sent again behind its owner's back.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from ssl import SSLEOFError
from typing import Any, Final

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from askance.deadline import by_deadline
from askance.errors import BrokerAwayError
from askance.mqtt import UNNUMBERED, Down, Limits, LinkEvent, Message, Received, Settled, Subscribed, Up
from askance.remedies import remedy
from askance.sections import BrokerSection
from askance.tls import tls_context

STOP_S: Final = 3.0
CONNECT_S: Final = 10.0
"""How long each of the broker's addresses may take, seconds."""
REACH_S: Final = 40.0
"""How long name servers, all addresses and the handshake may take: less than the watchdogs' patience."""

_UNSPECIFIED: Final = 0x80
_RECEIVING: Final = "failed to receive on socket: "
_ALERT: Final = " alert "
# no right, busy, shutting down, keep alive, taken over, rate, quota, administrator, another server, moved, dials
_BLAMELESS: Final = frozenset({0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x96, 0x97, 0x98, 0x9C, 0x9D, 0x9F})
_UNSUPPORTED_VERSION: Final = 0x84  # also what paho makes of the MQTT 3.1.1 code 1 in answer to MQTT 5


class _Client(Client):
    """A client that says when its thread ends: an exception in it ends it without a word, and ``Up`` would stand."""

    ended: Callable[[], object]
    unsupported: Callable[[], object]

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:  # noqa: FBT001, FBT002 (paho's signature)
        """Do the thread's work, and report its end whatever ended it."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        finally:
            self.ended()

    def _sock_send(self, buf: bytes | bytearray) -> int:
        """Send; of one who has hung up, find out why: TLS 1.3 takes our certificate first and refuses it afterwards."""
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError:
            with suppress(BlockingIOError):
                self._sock_recv(1)
            raise

    def _handle_connack(self) -> MQTTErrorCode:
        """Say that MQTT 3.1.1 was refused, which paho calls a protocol error."""
        if self._protocol == MQTTProtocolVersion.MQTTv311 and bytes(self._in_packet["packet"][1:]) == b"\x01":
            self.unsupported()
        return super()._handle_connack()

    def _create_socket(self) -> Any:  # noqa: ANN401 (paho's; it names no type that can be imported)
        """Reach the broker in bounded time: a name may have many addresses, and none of them answer."""
        return by_deadline(super()._create_socket, within_s=REACH_S)


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

    Raises:
        ConfigError: the certificates cannot be used.
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
        self._client.unsupported = lambda: report(Down(number, "refused: Unsupported protocol version", version=True))
        self._welcome = False
        self._fault = ""
        self._client.suppress_exceptions = False  # else a message whose callback failed would be acknowledged
        self._client.connect_timeout = CONNECT_S
        self._client.max_inflight_messages_set(0)  # the owner keeps the window; paho's own would only queue
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        self._introduce(broker)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_log = lambda _client, _data, level, words: self._note(level, words)

    def _introduce(self, broker: BrokerSection) -> None:
        """Say who we are: by name and password, by certificate, or not at all."""
        if broker.username is not None:
            password = None if broker.password is None else broker.password.get_secret_value()
            self._client.username_pw_set(broker.username, password)
        if broker.tls is not None:
            self._client.tls_set_context(tls_context(broker.tls))

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
            cut = broker.tls is not None and isinstance(error, ConnectionResetError | SSLEOFError)
            reason = "it hangs up on TLS" if cut else str(getattr(error, "strerror", None) or error)
            raise BrokerAwayError(
                f"cannot reach the broker at {broker.host}:{broker.port}: {reason}",
                hint=remedy(reason) or "check `broker.host` and `broker.port`, and that the broker runs",
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
        """Send the PUBACK of a received message, if it is owed one; in the order of arrival [MQTT-4.6.0-2]."""
        if mid != UNNUMBERED:
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
        # They hold us as we hold them: until the collector came, each link would leave its descriptors behind.
        self._client.on_connect = self._client.on_disconnect = self._client.on_message = None
        self._client.on_publish = self._client.on_subscribe = self._client.on_log = None

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
        self._welcome = True
        limits = Limits(
            receive_maximum=said.get("ReceiveMaximum"),
            maximum_packet=said.get("MaximumPacketSize"),
            shared_subscriptions=self._v5 and bool(said.get("SharedSubscriptionAvailable", 1)),
        )
        self._report(Up(self.number, limits))

    def _on_disconnect(
        self, _client: Client, _data: object, flags: DisconnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        said = flags.is_disconnect_packet_from_server or code.value != _UNSPECIFIED
        blameless = flags.is_disconnect_packet_from_server and code.value in _BLAMELESS
        self._report(Down(self.number, str(code) if said else self._break(), blameless=blameless))

    def _break(self) -> str:
        """Say how the connection broke; how it ends for one who was not let in is chance, unless TLS says why."""
        if self._welcome or _ALERT in self._fault:
            return self._fault or "the broker hung up"
        return "the broker hung up on CONNECT"

    def _note(self, level: int, words: str) -> None:
        """Remember what broke the connection: paho tells its log alone, also when it is the broker that says so."""
        if level == LogLevel.MQTT_LOG_ERR:
            self._fault = words.removeprefix(_RECEIVING)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._report(Received(self.number, message.topic, bytes(message.payload), message.mid, message.retain))

    def _on_publish(
        self, _client: Client, _data: object, mid: int, code: ReasonCode, _properties: Properties | None
    ) -> None:
        self._report(Settled(self.number, mid, str(code) if code.is_failure else None))

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        self._report(Subscribed(self.number, not any(code.is_failure for code in codes)))
