"""`askance queue export`: frames, annotations, scores and reasons leave the queue."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from askance.cli.centre import CONFIG, STATES, blobs, labels, opened, which

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.wire.identity import Sha256


@click.command()
@CONFIG
@click.option(
    "--format", "form", type=click.Choice(["coco", "sheet"]), required=True, help="A folder, or an HTML page."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for coco, file for sheet.")
@click.option("--state", type=click.Choice(STATES), help="Only tasks in this state.")
@click.option("--min-value", type=float, help="Only frames of this value or more.")
@click.option("--device", help="Only frames of this device.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the most valuable first.")
@click.option("--suggested", is_flag=True, help="coco: with the candidates below the report threshold.")
def export(
    *,
    config_path: Path | None,
    form: str,
    out: Path,
    state: str | None,
    min_value: float | None,
    device: str | None,
    limit: int | None,
    suggested: bool,
) -> None:
    """Write frames, annotations, scores and reasons as COCO instances or as one contact sheet.

    \b
    Examples:
      askance queue export --format coco --out dataset --state done
      askance queue export --format sheet --out sheet.html --limit 100
    """  # noqa: D301 (\b is click's mark for a paragraph that keeps its lines)
    from askance.central import devices, tasks  # noqa: PLC0415 (heavy imports belong to the command that needs them)
    from askance.central.export import coco, sheet  # noqa: PLC0415 (the same)

    with opened(config_path) as (config, connection):
        chosen = which(state=state, at_least=min_value, device=device, limit=limit)
        found = list(tasks.find(connection, chosen))
        accounts = devices.accounts(connection)
    kept = blobs(config)
    with click.progressbar(length=len(found), label=f"{form}: frames", file=sys.stderr) as bar:

        def jpeg(sha256: "Sha256") -> bytes:
            bar.update(1)
            return kept.jpeg(sha256)

        if form == "coco":
            coco.write(out, found, labels=labels(config), suggested=suggested, jpeg=jpeg)
        else:
            sheet.write(out, found, accounts=accounts, jpeg=jpeg)
    click.echo(out)
