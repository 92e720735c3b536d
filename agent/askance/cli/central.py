"""`askance central`: run the receiver, look at what it holds."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from askance.cli.centre import CONFIG, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askance.central.catalog import Summary
    from askance.central.lifecycle import State


LONGEST_TROUBLE: Final = 240


@click.group()
def central() -> None:
    """The receiver of the labeling queue."""


@central.command()
@CONFIG
def run(*, config_path: Path | None) -> None:
    """Receive frames from the devices and put them into the labeling queue.

    \b
    Examples:
      askance central run --config /etc/askance/central.yaml
      ASKANCE__BROKER__HOST=broker.example askance central run --config central.yaml
    """
    from askance import settings
    from askance.central import daemon
    from askance.central.config import CentralConfig

    daemon.run(settings.load(CentralConfig, config_path))


@central.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def status(*, config_path: Path | None, as_json: bool) -> None:
    """Show what was received, how far the queue is, and every device's ledger; the receiver may be running.

    \b
    Examples:
      askance central status --config /etc/askance/central.yaml
      askance central status --config central.yaml --json
    """
    from askance.central import catalog

    with opened(config_path) as (_, connection):
        found = catalog.summary(connection)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"unaccounted": found.unaccounted}, indent=2))
    else:
        _show(found)


def _show(found: "Summary") -> None:
    from askance.wire.text import printable

    click.echo(f"captures: {found.captures}")
    click.echo(f"tasks: {_listed(found.tasks)}")
    click.echo(f"unfinished: {found.staged_frames} frames, {found.staged_bytes} bytes")
    click.echo(f"dead letters: {_listed(found.dead_letters) or '0'}")
    for device in found.devices:
        line = {None: "never reported", True: "online", False: "offline"}[device.online]
        click.echo(
            f"{device.device}: {line}, captured {device.captured} = stored {device.stored} + pending {device.pending}"
            f" + evicted {device.evicted} + quarantined {device.quarantined}; received {device.received}"
        )
        for trouble in device.trouble:
            click.echo(f"  trouble: {printable(trouble[:LONGEST_TROUBLE])}")
    click.secho(f"unaccounted frames: {found.unaccounted}", fg="red" if found.unaccounted else "green")


def _listed(counts: "Mapping[State, int] | Mapping[str, int]") -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items())
