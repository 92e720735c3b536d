"""Words of MQTT, OpenSSL and ourselves lead to a key or a command; others lead nowhere."""

import pytest

from askance.edge.config import EdgeConfig
from askance.remedies import REMEDIES, remedy


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("refused: Bad user name or password", "`broker.password`"),
        ("refused: Not authorized", "`broker.username`"),
        ("refused: Client identifier not valid", "`device.id`"),
        ("Session taken over", "`device.id`"),
        ("refused: Unsupported protocol version", "`broker.port`"),
        ("Packet too large", "`sync.chunk`"),
        ("Protocol error", "max_packet_size"),
        ("Receive maximum exceeded", "`sync.in_flight_messages`"),
        ("Quota exceeded", "`sync.in_flight_messages`"),
        ("Message rate too high", "`sync.in_flight_messages`"),
        ("certificate verify failed: certificate has expired (_ssl.c:1006)", "clock"),
        ("certificate verify failed: certificate is not yet valid (_ssl.c:1006)", "clock"),
        ("Hostname mismatch, certificate is not valid for 'localhost'. (_ssl.c:1006)", "`broker.host`"),
        ("IP address mismatch, certificate is not valid for '127.0.0.1'. (_ssl.c:1006)", "`broker.host`"),
        ("certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)", "`broker.tls.ca`"),
        ("certificate verify failed: self-signed certificate (_ssl.c:1006)", "`broker.tls.ca`"),
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required", "`broker.tls.certificate`"),
        ("[SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired", "`broker.tls.certificate`"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "`broker.port`"),
        ("the broker hung up on CONNECT", "`broker.tls`"),
        ("no answer to CONNECT", "`broker.port`"),
    ],
)
def test_words_lead_to_what_helps(words: str, names: str) -> None:
    found = remedy(words)

    assert found is not None
    assert names in found


@pytest.mark.parametrize("words", ["the broker hung up", "Keep alive timeout", "Server shutting down", ""])
def test_words_that_do_not_tell_lead_nowhere(words: str) -> None:
    assert remedy(words) is None


def test_every_sign_is_written_as_it_is_looked_for() -> None:
    assert [] == [sign for sign, _ in REMEDIES if sign != sign.lower()]


def test_every_key_that_is_named_exists() -> None:
    named = {word for _, what in REMEDIES for word in what.split("`")[1::2]}
    schema = EdgeConfig.model_json_schema()["$defs"]
    known = {f"broker.{key}" for key in schema["BrokerSection"]["properties"]}
    known |= {f"broker.tls.{key}" for key in schema["TlsSection"]["properties"]}
    known |= {f"sync.{key}" for key in schema["SyncSection"]["properties"]} | {"device.id"}

    assert set() == named - known
