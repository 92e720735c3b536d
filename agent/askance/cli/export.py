"""`askance queue export`: frames, annotations, scores and reasons leave the queue."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from askance.cli.centre import CONFIG, STATES, blobs, label_map, opened, which, writing

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.wire.identity import Sha256

SHEET: Final = 500  # a page of more is more than a browser shows with ease


@click.command()
@CONFIG
@click.option(
    "--format", "form", type=click.Choice(["coco", "sheet"]), required=True, help="A folder, or an HTML page."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for coco, file for sheet.")
@click.option("--state", type=click.Choice(STATES), help="Only tasks in this state.")
@click.option("--min-value", type=float, help="Only frames of this value or more.")
@click.option("--device", help="Only frames of this device.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"At most so many, the most valuable first; without it coco has all, sheet {SHEET}.",
)
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
    """Write frames, annotations of every kind, scores and reasons as COCO or as one contact sheet.

    \b
    Examples:
      askance queue export --format coco --out dataset --state done
      askance queue export --format sheet --out sheet.html --limit 100
    """
    from askance.central import devices, tasks
    from askance.central.export import coco, sheet
    from askance.drawing import Look

    with opened(config_path) as (config, connection):
        chosen = which(state=state, at_least=min_value, device=device, limit=limit)
        there = tasks.count(connection, chosen)
        if form == "sheet" and limit is None:
            chosen = replace(chosen, limit=SHEET)
        length = tasks.count(connection, chosen)
        kept, labels = blobs(config), label_map(config)
        with (
            writing(out, option="--out"),
            click.progressbar(length=length, label=f"{form}: frames", file=sys.stderr) as bar,
        ):

            def jpeg(sha256: "Sha256") -> bytes:
                bar.update(1)
                return kept.jpeg(sha256)

            found = tasks.find(connection, chosen)
            if form == "coco":
                coco.write(out, found, labels=labels.labels, suggested=suggested, jpeg=jpeg)
            else:
                look = Look(colours=labels.colours, joints=labels.joints)
                sheet.write_queue(out, list(found), accounts=devices.accounts(connection), look=look, jpeg=jpeg)
    if length < there:
        click.echo(f"the {length} most valuable of {there} frames: more with --limit", err=True)
    click.echo(out)
