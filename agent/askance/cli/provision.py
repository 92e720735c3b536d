"""`askance provision`: keys, certificate and configuration of a device, of the centre or of the broker."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from askance.errors import ConfigError, MissingPartError

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.fleet.authority import Authority

_FOLDER: Final = click.Path(file_okay=False, path_type=Path)
_NEXT: Final = {
    "device": "copy {out}/etc over /etc of the device as root, then there: systemctl daemon-reload && systemctl restart"
    " askance-edge",
    "central": "copy {out}/etc over /etc of the centre's machine as root, then there: systemctl daemon-reload &&"
    " systemctl restart askance-central",
    "broker": "copy {out}/etc over /etc of the broker's machine as root, then there: askance config example"
    " mosquitto-fleet > /etc/mosquitto/conf.d/fleet.conf",
}


@click.command()
@click.argument("name")
@click.option(
    "--role",
    "role_name",
    type=click.Choice(list(_NEXT)),
    default="device",
    show_default=True,
    help="What NAME is.",
)
@click.option(
    "--ca", type=_FOLDER, default=Path("fleet-ca"), show_default=True, help="Folder of the fleet's authority."
)
@click.option("--new-ca", is_flag=True, help="Make the authority first; once for a fleet.")
@click.option("--broker", "host", help="Name or address by which NAME reaches the broker.")
@click.option("--port", type=click.IntRange(1, 65535), default=8883, show_default=True, help="The broker's port.")
@click.option("--days", type=click.IntRange(1, 36500), default=3650, show_default=True, help="How long it is valid.")
@click.option("--out", type=_FOLDER, help="Folder to write.  [default: NAME]")
@click.option("--renew", is_flag=True, help="Give NAME another certificate; the old one stays valid beside it.")
@click.option("--revoke", is_flag=True, help="Take back all certificates of NAME, and write nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def provision(  # noqa: PLR0913 (each is an option of the command)
    name: str,
    *,
    role_name: str,
    ca: Path,
    new_ca: bool,
    host: str | None,
    port: int,
    days: int,
    out: Path | None,
    renew: bool,
    revoke: bool,
    as_json: bool,
) -> None:
    """Make keys, certificate and configuration for NAME, by which it logs in at the broker as itself and nobody else.

    What is written is a folder to be copied over the root directory of NAME's machine. Keep the folder of the authority
    away from every machine of the fleet: whoever has its key can be any device.

    \b
    Examples:
      askance provision mqtt.example.org --role broker --new-ca
      askance provision central --role central --broker mqtt.example.org
      askance provision gate-7 --broker mqtt.example.org
      askance provision gate-7 --revoke               when it was stolen
    """
    from askance.fleet.roles import ROLES, check_name

    role, now = ROLES[role_name], datetime.now(UTC)
    check_name(name, role)
    authority = _authority(ca, new=new_ca)
    if revoke:
        _revoke(authority, name, ca=ca, now=now, as_json=as_json)
        return
    if role.program is not None and host is None:
        raise click.UsageError(f"by which name does {name} reach the broker? Say it with --broker")
    folder = out or Path(name)
    _check_new(authority, name, folder=folder, now=now, renew=renew)
    issued = authority.issue(name, role, lasting=timedelta(days=days), now=now)
    from askance.fleet.bundle import write_bundle

    trusted, revoked = authority.certificate, authority.revoked
    files = write_bundle(
        folder, name, role=role, issued=issued, authority=trusted, revoked=revoked, broker=(host or name, port)
    )
    if as_json:
        click.echo(json.dumps({"name": name, "until": issued.until.isoformat(), "files": [*map(str, files)]}, indent=2))
        return
    for path in files:
        click.echo(path)
    click.echo(f"valid until {issued.until:%Y-%m-%d}; next: {_NEXT[role_name].format(out=folder)}", err=True)


def _authority(folder: Path, *, new: bool) -> "Authority":
    """Open the authority, or make it.

    Raises:
        MissingPartError: the extra `fleet` is not installed.
    """
    try:
        from askance.fleet.authority import Authority
    except ImportError as error:
        raise MissingPartError(
            f"certificates need a library that is not installed: {error.name}",
            hint="python -m pip install 'askance[fleet]'",
        ) from error
    return Authority.create(folder, now=datetime.now(UTC)) if new else Authority(folder)


def _check_new(authority: "Authority", name: str, *, folder: Path, now: datetime, renew: bool) -> None:
    """Refuse a second certificate that nobody asked for, and a folder that holds one, before anything is made."""
    valid = authority.valid(name, now=now)
    if valid and not renew:
        raise ConfigError(
            f"{name} has a certificate until {valid[-1]:%Y-%m-%d}",
            hint="--renew gives it another one; --revoke takes it back",
        )
    if folder.exists():
        raise ConfigError(f"it is there already: {folder}", hint="move it away, or name another folder with --out")


def _revoke(authority: "Authority", name: str, *, ca: Path, now: datetime, as_json: bool) -> None:
    from askance.fleet.authority import REVOKED

    count = authority.revoke(name, now=now)
    if count == 0:
        raise ConfigError(f"{name} has no certificate that could be taken back", hint=f"ls {ca}/issued")
    if as_json:
        click.echo(json.dumps({"name": name, "revoked": count, "list": str(ca / REVOKED)}))
        return
    click.echo(ca / REVOKED)
    click.echo(
        "next: copy it to the broker as its crlfile, and restart the broker (a reload lets connections stand): devices"
        " reconnect by themselves, and nothing is lost",
        err=True,
    )
