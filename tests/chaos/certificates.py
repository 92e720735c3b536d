"""Certificates that are wrong, until somebody puts the right ones in their place; the device is not restarted."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from chaos.bout import Outcome, bout
from chaos.limits import start
from chaos.refusals import SIZES, ended, mend
from chaos.site import DEVICE
from support_broker import Mosquitto
from support_fleet import HOST, Fleet
from support_polling import until

LASTING: Final = timedelta(seconds=20)
EXPIRED: Final = timedelta(days=-1)


@dataclass(frozen=True, slots=True)
class Ground:
    """A broker with TLS, and where everybody's files lie.

    Attributes:
        broker: stopped.
        fleet: whose certificates are good.
        server: the broker's certificate and key.
        ours: the device's.
        ca: what the device trusts.
    """

    broker: Mosquitto
    fleet: Fleet
    server: Path
    ours: Path
    ca: Path

    @classmethod
    def lay(cls, folder: Path) -> "Ground":
        """Make all files, good ones."""
        fleet = Fleet(folder / "fleet")
        broker = start(folder, "")
        made = cls(broker, fleet, folder / "server", folder / "ours", folder / "ca.pem")
        made.put(made.server, fleet.member(HOST, "broker"))
        made.put(made.ours, fleet.member(DEVICE))
        shutil.copy(fleet.ca, made.ca)
        return made

    def put(self, place: Path, files: Mapping[str, Path]) -> None:
        """Put a certificate and its key into their places."""
        place.mkdir(exist_ok=True)
        for name, file in files.items():
            shutil.copy(file, place / name)

    def serve(self) -> None:
        """Start the broker with what lies in its place."""
        lines = [f"certfile {self.server / 'certificate'}", f"keyfile {self.server / 'key'}", f"cafile {self.fleet.ca}"]
        self.broker.start("\n".join([*lines, "require_certificate true"]))

    @property
    def device(self) -> dict[str, object]:
        """How the device logs in."""
        files = {"certificate": str(self.ours / "certificate"), "key": str(self.ours / "key")}
        return {"host": HOST, "port": self.broker.port, "tls": {"ca": str(self.ca), **files}}

    @property
    def centre(self) -> dict[str, object]:
        """How the centre does: it has nothing but good files."""
        files = {name: str(path) for name, path in self.fleet.member("central", "central").items()}
        return {"host": HOST, "port": self.broker.port, "tls": {"ca": str(self.fleet.ca), **files}}


def case(
    name: str, spoil: Callable[[Ground, Path], None], *, says: tuple[str, ...]
) -> Callable[[Path, Random], Outcome]:
    """Make a case: something is spoilt from the start, is complained about, and is mended."""

    def run(folder: Path, random: Random) -> Outcome:
        on_ground = Ground.lay(folder)
        device, centre = on_ground.device, on_ground.centre
        spoil(on_ground, folder)
        with ended(on_ground.broker):
            on_ground.serve()
            with bout(name, folder / "site", random, device=device, centre=centre) as on:
                on.give(SIZES)
                on.says(*says)
                on_ground.put(on_ground.server, on_ground.fleet.member(HOST, "broker"))
                on_ground.put(on_ground.ours, on_ground.fleet.member(DEVICE))
                shutil.copy(on_ground.fleet.ca, on_ground.ca)
                on_ground.serve()
                return mend(on)

    return run


def expires(folder: Path, random: Random) -> Outcome:
    """The broker's certificate ends while the line stands, and is missed when it is dialled again."""
    ground = Ground.lay(folder)
    with ended(ground.broker):
        ground.serve()
        with bout("expires", folder / "site", random, device=ground.device, centre=ground.centre) as on:
            on.give(SIZES)
            on.arrives()
            end = datetime.now(UTC) + LASTING
            ground.put(ground.server, ground.fleet.member(HOST, "broker", lasting=LASTING))
            ground.serve()
            on.give(SIZES)
            on.arrives(within_s=(end - datetime.now(UTC)).total_seconds())
            assert until(lambda: datetime.now(UTC) > end, within_s=2 * LASTING.total_seconds())
            on.give(SIZES)
            ground.broker.kill_and_restart()
            on.says("certificate has expired", "clock")
            ground.put(ground.server, ground.fleet.member(HOST, "broker"))
            ground.serve()
            return mend(on)


def _expired(ground: Ground, _folder: Path) -> None:
    ground.put(ground.server, ground.fleet.member(HOST, "broker", lasting=EXPIRED))


def _wrong_name(ground: Ground, _folder: Path) -> None:
    ground.put(ground.server, ground.fleet.member("elsewhere.example", "broker"))


def _unknown(ground: Ground, folder: Path) -> None:
    shutil.copy(Fleet(folder / "strangers").ca, ground.ca)


def _ours_expired(ground: Ground, _folder: Path) -> None:
    ground.put(ground.ours, ground.fleet.member(DEVICE, lasting=EXPIRED))


CASES: Final = (
    case("expired", _expired, says=("certificate has expired", "renew the broker's certificate")),
    case("wrong name", _wrong_name, says=("not valid for", "`broker.host`")),
    case("unknown CA", _unknown, says=("certificate verify failed", "`broker.tls.ca`")),
    case("our own expired", _ours_expired, says=("alert certificate expired", "`broker.tls.certificate`")),
    expires,
)
