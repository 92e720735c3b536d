"""The folder of a member: its files have the right places, rights and content."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from askance.central.config import CentralConfig
from askance.edge.config import EdgeConfig
from askance.errors import ConfigError
from askance.fleet.authority import Issued
from askance.fleet.bundle import write_bundle
from askance.fleet.roles import ROLES
from askance.settings import load

ISSUED = Issued(b"a certificate", b"a key", datetime(2036, 1, 1, tzinfo=UTC))


def write(folder: Path, name: str, role: str) -> dict[str, Path]:
    """Write the folder of a member; its files by their place."""
    paths = write_bundle(
        folder,
        name,
        role=ROLES[role],
        issued=ISSUED,
        authority=b"the authority",
        revoked=b"the list",
        broker=("mqtt.example.org", 8884),
    )
    return {str(path.relative_to(folder)): path for path in paths}


@pytest.mark.parametrize(
    ("role", "name", "home", "stem"),
    [
        ("device", "gate-7", "etc/askance", "device"),
        ("central", "central", "etc/askance", "central"),
        ("broker", "mqtt.example.org", "etc/mosquitto/certs", "broker"),
    ],
)
def test_certificates_lie_where_their_program_looks(tmp_path: Path, role: str, name: str, home: str, stem: str) -> None:
    files = write(tmp_path, name, role)

    assert b"the authority" == files[f"{home}/fleet-ca.crt"].read_bytes()
    assert b"a certificate" == files[f"{home}/{stem}.crt"].read_bytes()
    assert b"a key" == files[f"{home}/{stem}.key"].read_bytes()
    assert {0o600} == {path.stat().st_mode & 0o777 for place, path in files.items() if place.endswith(".key")}


def test_the_broker_alone_gets_the_list_of_what_was_taken_back(tmp_path: Path) -> None:
    broker = write(tmp_path / "broker", "mqtt.example.org", "broker")
    others = [*write(tmp_path / "gate", "gate-7", "device"), *write(tmp_path / "centre", "central", "central")]

    assert b"the list" == broker["etc/mosquitto/certs/revoked.crl"].read_bytes()
    assert [] == [place for place in others if place.endswith(".crl")]


def test_the_agent_reads_its_part_beside_the_owners_file(tmp_path: Path) -> None:
    write(tmp_path, "gate-7", "device")
    (tmp_path / "etc/askance/edge.yaml").write_text("cameras: [{id: yard, url: '0'}]\n")

    config = load(EdgeConfig, tmp_path / "etc/askance/edge.yaml", environ={})

    assert "gate-7" == config.device.id
    assert "yard" == config.cameras[0].id
    assert ("mqtt.example.org", 8884) == (config.broker.host, config.broker.port)
    assert config.broker.tls is not None
    assert Path("/etc/askance/device.key") == config.broker.tls.key


def test_under_systemd_the_key_is_a_credential(tmp_path: Path) -> None:
    files = write(tmp_path, "central", "central")
    (tmp_path / "etc/askance/central.yaml").write_text("{}\n")
    lines = files["etc/systemd/system/askance-central.service.d/50-fleet.conf"].read_text().splitlines()

    assert "LoadCredential=central.key:/etc/askance/central.key" in lines
    (variable,) = [line.removeprefix("Environment=") for line in lines if line.startswith("Environment=")]
    name, _, value = variable.partition("=")
    config = load(CentralConfig, tmp_path / "etc/askance/central.yaml", environ={name: value.replace("%d", "/run/c")})
    assert config.broker.tls is not None
    assert Path("/run/c/central.key") == config.broker.tls.key


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    write(tmp_path, "gate-7", "device")

    with pytest.raises(ConfigError, match="cannot write") as caught:
        write(tmp_path, "gate-7", "device")

    assert "--out" in (caught.value.hint or "")
