"""Certificates are checked, names too, and a file that cannot be used is named by its key."""

import gc
import shutil
import ssl
import subprocess
import warnings
from datetime import timedelta
from pathlib import Path

import pytest

from askance.errors import BrokerAwayError, ConfigError
from askance.mqtt import Down
from askance.sections import BrokerSection, TlsSection
from askance.tls import tls_context
from support_broker import Mosquitto
from support_fleet import Fleet
from support_link import Ear, linked, section


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the key and the self-signed certificate of 127.0.0.1."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine: apt-get install openssl")
    folder = tmp_path_factory.mktemp("identity")
    subject = ["-subj", "/CN=camera-1", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run([*new, *subject, "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, stderr=-1)
    return folder


def encrypted(mosquitto: Mosquitto, identity: Path) -> None:
    """Start a broker with the identity."""
    files = {"certfile": "cert.pem", "keyfile": "key.pem"}
    mosquitto.start("\n".join(f"{key} {identity / file}" for key, file in files.items()))


def test_without_files_the_system_s_authorities_and_names_are_checked() -> None:
    context = tls_context(TlsSection())

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_an_encrypted_link_stands_when_the_authority_is_trusted(mosquitto: Mosquitto, identity: Path) -> None:
    encrypted(mosquitto, identity)
    tls = {"ca": identity / "cert.pem", "certificate": identity / "cert.pem", "key": identity / "key.pem"}

    with linked(section(mosquitto.port, tls=tls)):
        pass


def refused(broker: BrokerSection) -> str:
    """Dial a broker that is not to be trusted; why, and what to do about it.

    paho leaves the socket of a handshake that failed to the collector, which is not to find it in another test.
    """
    with pytest.raises(BrokerAwayError) as caught:
        Ear(broker).link.connect()
    said = f"{caught.value}; {caught.value.hint}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del caught
        gc.collect()
    return said


@pytest.mark.parametrize(
    ("host", "trusted", "key"),
    [("127.0.0.1", False, "`broker.tls.ca`"), ("localhost", True, "`broker.host`")],
    ids=["nobody vouches for it", "another name"],
)
def test_a_broker_that_is_not_who_it_should_be_is_refused(
    mosquitto: Mosquitto,
    identity: Path,
    host: str,
    *,
    trusted: bool,
    key: str,
) -> None:
    encrypted(mosquitto, identity)

    said = refused(section(mosquitto.port, host=host, tls={"ca": identity / "cert.pem"} if trusted else {}))

    assert "certificate verify failed" in said
    assert key in said


def test_a_certificate_that_has_expired_is_told_from_others(mosquitto: Mosquitto, tmp_path: Path) -> None:
    fleet = Fleet(tmp_path / "fleet")
    server = fleet.member("127.0.0.1", "broker", lasting=timedelta(days=-1))
    mosquitto.start(f"certfile {server['certificate']}\nkeyfile {server['key']}")

    said = refused(section(mosquitto.port, tls={"ca": fleet.ca}))

    assert "certificate has expired" in said
    assert "renew the broker's certificate" in said


@pytest.mark.parametrize(
    ("lasting", "said"),
    [(None, "alert certificate required"), (timedelta(days=-1), "alert certificate expired")],
    ids=["none", "an old one"],
)
def test_it_is_told_why_the_broker_does_not_take_our_certificate(
    mosquitto: Mosquitto, tmp_path: Path, lasting: timedelta | None, said: str
) -> None:
    """The handshake is over for us when the broker looks at it: it says so in an alert, not in a CONNACK."""
    fleet = Fleet(tmp_path / "fleet")
    server = fleet.member("127.0.0.1", "broker")
    files = {"certfile": server["certificate"], "keyfile": server["key"], "cafile": fleet.ca}
    lines = [f"{key} {path}" for key, path in files.items()]
    mosquitto.start("\n".join([*lines, "require_certificate true"]))
    ours = {} if lasting is None else fleet.member("camera-1", lasting=lasting)
    ear = Ear(section(mosquitto.port, tls={"ca": fleet.ca, **ours}))
    ear.link.connect()

    assert said in ear.hear(Down).reason
    ear.link.close()


def test_a_port_without_tls_is_not_mistaken_for_a_broker_that_is_away(mosquitto: Mosquitto) -> None:
    mosquitto.start()

    assert "does it speak TLS on `broker.port`?" in refused(section(mosquitto.port, tls={}))


def test_a_port_with_tls_hangs_up_on_who_comes_without(mosquitto: Mosquitto, identity: Path) -> None:
    encrypted(mosquitto, identity)
    ear = Ear(section(mosquitto.port))
    ear.link.connect()

    assert ear.hear(Down).reason == "the broker hung up on CONNECT"
    ear.link.close()


@pytest.mark.parametrize("key", ["ca", "certificate", "key"])
def test_a_file_that_cannot_be_used_is_a_configuration_error(identity: Path, tmp_path: Path, key: str) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    files = {"ca": identity / "cert.pem", "certificate": identity / "cert.pem", "key": identity / "key.pem"}

    for wrong in (broken, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match=r"broker\.tls") as caught:
            tls_context(TlsSection.model_validate(files | {key: wrong}))
        assert f".{key}`" in str(caught.value.hint)
