"""`askance edge`: run the agent, check what it would run with, look at its store."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from askance.cli.control import capture, pose, show_decisions, tell, why
from askance.cli.device import CONFIG

if TYPE_CHECKING:
    from askance.edge.control.messages import Condition


@click.group()
def edge() -> None:
    """The agent on a camera device."""


for _command in (tell, pose, capture, why):
    edge.add_command(_command)


@edge.command()
@CONFIG
@click.option(
    "--until-delivered", is_flag=True, help="Stop when every recording was played and the centre holds every frame."
)
def run(*, config_path: Path | None, until_delivered: bool) -> None:
    """Look at the cameras, keep the frames the detector is unsure of, send them to the centre.

    \b
    Examples:
      askance edge run --config /etc/askance/edge.yaml
      ASKANCE__BROKER__HOST=broker.example askance edge run --config edge.yaml
    """
    from askance import settings
    from askance.edge import daemon
    from askance.edge.config import EdgeConfig

    daemon.run(settings.load(EdgeConfig, config_path), until_delivered=until_delivered)


@edge.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(*, config_path: Path | None, as_json: bool) -> int:
    """Check everything that `askance edge run` needs: files, model, cameras, store, broker.

    \b
    Examples:
      askance edge check --config /etc/askance/edge.yaml
    """
    from askance import settings
    from askance.cli.checks import attempt, report
    from askance.edge import preflight
    from askance.edge.config import EdgeConfig

    config = settings.load(EdgeConfig, config_path)
    return report([attempt(name, test) for name, test in preflight.tests(config)], as_json=as_json)


@edge.command()
@CONFIG
@click.argument("frame", required=False)
def requeue(*, config_path: Path | None, frame: str | None) -> None:
    """Send quarantined frames again: FRAME, or without it all of them. The agent has to be stopped meanwhile.

    \b
    Examples:
      askance edge requeue --config /etc/askance/edge.yaml
      askance edge requeue 01J9ZQ4W7N8R5T6V0XYABCDEFG --config /etc/askance/edge.yaml
    """
    from askance import settings
    from askance.edge.config import EdgeConfig
    from askance.edge.parts import open_store
    from askance.edge.store.snapshot import peek
    from askance.errors import StoreError
    from askance.wire.identity import FrameId

    config = settings.load(EdgeConfig, config_path)
    peek(config.store.path)  # a store that is not there is not made
    with open_store(config) as store:
        count = store.requeue(None if frame is None else FrameId(frame))
    if frame is not None and not count:
        raise StoreError(f"the store does not hold this frame: {frame}", hint="`askance edge status` shows what waits")
    click.echo(f"queued again: {count}")


@edge.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print the snapshot as JSON.")
def status(*, config_path: Path | None, as_json: bool) -> None:
    """Show the ledger and what waits in the store; where the agent runs, what is wrong and what was decided last.

    \b
    Examples:
      askance edge status --config /etc/askance/edge.yaml --json
    """
    from askance import settings
    from askance.edge.config import EdgeConfig
    from askance.edge.store.snapshot import peek

    folder = settings.load(EdgeConfig, config_path).store.path
    snapshot, condition = peek(folder), _condition(folder)
    if as_json:
        said = {} if condition is None else condition.model_dump(mode="json", exclude={"counts"}, exclude_none=True)
        content = {**asdict(snapshot), "running": condition is not None, "trouble": {}, "last": [], "poses": [], **said}
        click.echo(json.dumps(content, default=lambda model: model.model_dump(mode="json"), indent=2))
        return
    for ledger in snapshot.ledgers:
        evicted = sum(ledger.evicted.values())
        click.echo(
            f"boot {ledger.boot_id}: captured {ledger.captured} = stored {ledger.stored} + pending {ledger.pending}"
            f" + evicted {evicted} + quarantined {ledger.quarantined}; unaccounted {ledger.unaccounted}"
        )
    if not snapshot.ledgers:
        click.echo("nothing captured yet")
    if condition is None:
        click.echo("no agent runs with this store")
        return
    for part, what in condition.trouble.items():
        click.echo(f"trouble: {part}: {what}")
    known = [f"{stand.camera} at {stand.preset}" for stand in condition.poses if stand.preset is not None]
    if known:
        click.echo(f"poses: {', '.join(known)}")
    show_decisions(condition.last)


def _condition(folder: Path) -> "Condition | None":
    """Ask the agent how it is; None where none can be asked."""
    from askance.edge.control.client import ask
    from askance.edge.control.messages import AskHealth, Request
    from askance.errors import ControlError

    try:
        return ask(folder, Request(health=AskHealth())).health
    except ControlError:
        return None
