"""What to do about a connection that fails, by the words in which the broker, TLS or the machine say why."""

from typing import Final

_LOGIN: Final = "check `broker.username` and `broker.password`"
_LIMIT: Final = "raise the broker's limit for this client, or lower `sync.in_flight_messages`"
_NO_TRUST: Final = "the broker does not trust `broker.tls.certificate`"
_NO_MQTT: Final = "does it speak MQTT on `broker.port`, with `broker.tls` or without, and know us? see its log"
_NO_TLS: Final = "does it speak TLS on `broker.port`? usually that is 8883"
_NAME: Final = "`broker.host` has to be a name in the broker's certificate"
_AUTHORITY: Final = "`broker.tls.ca` has to name the authority of the broker's certificate"

REMEDIES: Final = (
    ("user name or password", _LOGIN),
    ("not authorized", f"{_LOGIN}, and what the broker lets this user do"),
    ("client identifier not valid", "does the broker take `device.id` as a client id?"),
    ("session taken over", "another client has logged in with this id: is `device.id` unique?"),
    ("unsupported protocol version", "let the broker take MQTT 5 or 3.1.1 on `broker.port`"),
    ("packet too large", "raise the broker's limit on messages, or lower `sync.chunk`"),
    ("protocol error", "was a message too long? let the broker announce its limit (mosquitto: max_packet_size)"),
    ("receive maximum exceeded", "lower `sync.in_flight_messages`"),
    ("message rate too high", _LIMIT),
    ("quota exceeded", f"is the broker full? {_LIMIT}"),
    ("acknowledges no receipts", "is the broker overloaded? see its log"),
    ("retain not supported", "let the broker take retained messages: a device's status is one"),
    ("certificate has expired", "renew the broker's certificate; or is this machine's clock wrong?"),
    ("certificate is not yet valid", "is this machine's clock wrong? or renew the broker's certificate"),
    ("hostname mismatch", _NAME),
    ("ip address mismatch", _NAME),
    ("self-signed certificate", _AUTHORITY),
    ("self signed certificate", _AUTHORITY),
    ("local issuer certificate", _AUTHORITY),
    ("alert certificate expired", "this program's certificate has expired: renew `broker.tls.certificate`"),
    ("alert certificate revoked", "this program's certificate was revoked: renew `broker.tls.certificate`"),
    ("alert certificate required", "the broker wants a certificate: `broker.tls.certificate` and `broker.tls.key`"),
    ("alert unknown ca", _NO_TRUST),
    ("alert bad certificate", _NO_TRUST),
    ("wrong version number", _NO_TLS),
    ("hangs up on tls", _NO_TLS),
    ("hung up on connect", _NO_MQTT),
    ("no answer to connect", _NO_MQTT),
)


def remedy(words: str) -> str | None:
    """Return what to do, naming a command or a key; None where the words do not tell.

    Args:
        words: a reason of MQTT, of OpenSSL, or of ``askance.transport``.
    """
    said = words.lower()
    return next((what for sign, what in REMEDIES if sign in said), None)
