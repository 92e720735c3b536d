"""A fleet with real certificates: an authority, a broker, members, and the sections by which they log in."""

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from askance.fleet.authority import CERTIFICATE, REVOKED, Authority, Issued
from askance.fleet.roles import ROLES
from askance.sections import BrokerSection, TlsSection
from support_broker import Mosquitto

HOST = "127.0.0.1"


class Fleet:
    """Certificates in a folder.

    Attributes:
        authority: gives them out.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = Authority.create(folder, now=datetime.now(UTC))
        self._folder = folder

    @property
    def ca(self) -> Path:
        """The authority's certificate."""
        return self._folder / CERTIFICATE

    @property
    def revoked(self) -> Path:
        """The list of what was taken back."""
        return self._folder / REVOKED

    def member(self, name: str, role: str = "device", *, lasting: timedelta = timedelta(days=1)) -> Mapping[str, Path]:
        """Make a certificate; returns the paths of `certificate` and `key`."""
        issued: Issued = self.authority.issue(name, ROLES[role], lasting=lasting, now=datetime.now(UTC))
        paths = {"certificate": self._folder / f"{role}-{name}.pem", "key": self._folder / f"{role}-{name}.key"}
        paths["certificate"].write_bytes(issued.certificate)
        paths["key"].write_bytes(issued.key)
        return paths

    def section(
        self, port: int, name: str, role: str = "device", *, lasting: timedelta = timedelta(days=1)
    ) -> BrokerSection:
        """How ``name`` logs in at a broker on this machine, with a new certificate."""
        return BrokerSection(
            host=HOST, port=port, tls=TlsSection(ca=self.ca, **self.member(name, role, lasting=lasting))
        )


def shipped_fleet_conf(broker: Mosquitto, fleet: Fleet, *, checkout: Path) -> str:
    """A configuration of the shipped listener alone, on ``broker``'s port and with files of this fleet."""
    server = fleet.member(HOST, "broker")
    acl = broker.folder / "fleet.acl"
    acl.write_bytes((checkout / "config" / "mosquitto" / "acl").read_bytes())
    acl.chmod(0o600)
    revoked = broker.folder / REVOKED
    revoked.write_bytes(fleet.revoked.read_bytes())
    text = (checkout / "config" / "mosquitto" / "fleet.conf").read_text()
    for shipped, ours in {
        "listener 8883": f"listener {broker.port} {HOST}",
        "/etc/mosquitto/certs/fleet-ca.crt": str(fleet.ca),
        "/etc/mosquitto/certs/broker.crt": str(server["certificate"]),
        "/etc/mosquitto/certs/broker.key": str(server["key"]),
        "\ncrlfile /etc/mosquitto/certs/revoked.crl": f"\ncrlfile {revoked}",
        "/etc/mosquitto/askance.acl": str(acl),
    }.items():
        assert shipped in text, f"fleet.conf no longer says {shipped}"
        text = text.replace(shipped, ours)
    return f"per_listener_settings true\nuser {getpass.getuser()}\nlog_dest stderr\nlog_type all\n{text}"
