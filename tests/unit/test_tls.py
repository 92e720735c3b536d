"""Certificates are checked, names too, and a file that cannot be used is named by its key."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from askance.errors import BrokerAwayError, ConfigError
from askance.sections import TlsSection
from askance.tls import tls_context
from support_broker import Mosquitto
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


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho leaves the socket to the collector
@pytest.mark.parametrize(
    ("host", "trusted"), [("127.0.0.1", False), ("localhost", True)], ids=["nobody vouches for it", "another name"]
)
def test_a_broker_that_is_not_who_it_should_be_is_refused(
    mosquitto: Mosquitto,
    identity: Path,
    host: str,
    trusted: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    encrypted(mosquitto, identity)
    ear = Ear(section(mosquitto.port, host=host, tls={"ca": identity / "cert.pem"} if trusted else {}))

    with pytest.raises(BrokerAwayError, match="certificate verify failed"):
        ear.link.connect()


@pytest.mark.parametrize("key", ["ca", "certificate", "key"])
def test_a_file_that_cannot_be_used_is_a_configuration_error(identity: Path, tmp_path: Path, key: str) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    files = {"ca": identity / "cert.pem", "certificate": identity / "cert.pem", "key": identity / "key.pem"}

    for wrong in (broken, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match=r"broker\.tls") as caught:
            tls_context(TlsSection.model_validate(files | {key: wrong}))
        assert f".{key}`" in str(caught.value.hint)
