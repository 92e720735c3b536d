"""What a certificate is for: a device, the centre, or the broker itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from askance.errors import ConfigError
from askance.wire.identity import DEVICE_PATTERN

CENTRAL: Final = "central"


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of member of the fleet.

    Attributes:
        name: as the operator writes it.
        stem: of the files of its certificate and key.
        pattern: what its common name looks like.
        needs: the same in words.
        serves: whether others connect to it; else it connects to others.
        program: "edge" or "central", whose configuration names the certificate; None: a program of others.
        home: where its files belong, under the root directory.
    """

    name: str
    stem: str
    pattern: re.Pattern[str]
    needs: str
    serves: bool
    program: str | None
    home: str


ROLES: Final[Mapping[str, Role]] = {
    role.name: role
    for role in (
        Role(
            "device",
            "device",
            # the ACL gives whoever logs in as `central` the rights of the centre
            re.compile(rf"(?!{CENTRAL}$){DEVICE_PATTERN}"),
            f"small letters, digits and hyphens, 3 to 63 characters, and not `{CENTRAL}`",
            serves=False,
            program="edge",
            home="etc/askance",
        ),
        Role(
            CENTRAL,
            "central",
            re.compile(CENTRAL),
            f"`{CENTRAL}`, as the ACL names it",
            serves=False,
            program="central",
            home="etc/askance",
        ),
        Role(
            "broker",
            "broker",
            re.compile(r"[A-Za-z0-9.:-]{1,64}"),
            "the name or the address by which devices reach it",
            serves=True,
            program=None,
            home="etc/mosquitto/certs",
        ),
    )
}


def check_name(name: str, role: Role) -> None:
    """Refuse a common name that the role cannot have.

    Raises:
        ConfigError: it cannot.
    """
    if role.pattern.fullmatch(name) is None:
        raise ConfigError(f"not a name for the role {role.name}: {name}", hint=f"it has to be {role.needs}")
