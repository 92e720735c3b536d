"""What a member of the fleet gets: a folder to be copied over its root directory.

A device's and the centre's lies beside the configuration that is there, as `50-fleet.yaml` in its folder `edge.d` or
`central.d`; the private key stays readable for root alone, and a drop-in of the unit hands it to the program as a
systemd credential.
"""

from pathlib import Path
from typing import Final

import yaml

from askance.fleet.authority import REVOKED, Issued
from askance.fleet.files import write_new, writing
from askance.fleet.roles import Role

_DROP_IN: Final = """# The private key, from a file that only root reads.
[Service]
LoadCredential={key}:/{home}/{key}
Environment=ASKANCE__BROKER__TLS__KEY=%d/{key}
"""


def write_bundle(
    folder: Path, name: str, *, role: Role, issued: Issued, authority: bytes, revoked: bytes, broker: tuple[str, int]
) -> list[Path]:
    """Write the files of a member, and return them.

    Args:
        folder: where; it must not hold any of them yet.
        name: the member's common name.
        role: what it is.
        issued: its certificate and key.
        authority: the certificate of the fleet's authority, PEM.
        revoked: the list of what it took back, PEM; for whoever serves.
        broker: host and port by which the broker is reached.

    Raises:
        ConfigError: a file is there already, or cannot be written.
    """
    written: list[Path] = []
    files = _files(name, role, issued=issued, authority=authority, broker=broker)
    if role.serves:
        files[f"{role.home}/{REVOKED}"] = (revoked, 0o644)
    for place, (content, mode) in files.items():
        path = folder / place
        with writing(path, hint="name another folder with --out"):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, content, mode=mode)
        written.append(path)
    return written


def _files(
    name: str, role: Role, *, issued: Issued, authority: bytes, broker: tuple[str, int]
) -> dict[str, tuple[bytes, int]]:
    """Return content and mode of each file, by its place under the root directory."""
    files = {
        f"{role.home}/fleet-ca.crt": (authority, 0o644),
        f"{role.home}/{role.stem}.crt": (issued.certificate, 0o644),
        f"{role.home}/{role.stem}.key": (issued.key, 0o600),
    }
    if role.program is not None:
        unit = f"etc/systemd/system/askance-{role.program}.service.d/50-fleet.conf"
        files[f"{role.home}/{role.program}.d/50-fleet.yaml"] = (_settings(name, role, broker=broker), 0o644)
        files[unit] = (_DROP_IN.format(key=f"{role.stem}.key", home=role.home).encode(), 0o644)
    return files


def _settings(name: str, role: Role, *, broker: tuple[str, int]) -> bytes:
    host, port = broker
    tls = {"ca": "fleet-ca.crt", "certificate": f"{role.stem}.crt", "key": f"{role.stem}.key"}
    places = {key: f"/{role.home}/{file}" for key, file in tls.items()}
    identity = {"device": {"id": name}} if role.program == "edge" else {}
    settings = {**identity, "broker": {"host": host, "port": port, "tls": places}}
    return b"# Made by `askance provision`.\n" + yaml.safe_dump(settings, sort_keys=False).encode()
