"""`askance queue counts`: how many objects of each label people have marked, for devices to know which are rare."""

import json
from pathlib import Path

import click

from askance.cli.centre import CONFIG, opened, writing


@click.command()
@CONFIG
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="JSON file to write.")
def counts(*, config_path: Path | None, out: Path) -> None:
    """Count the objects of each label in what is done; devices take the file as `label_counts`.

    \b
    Examples:
      askance queue counts --out label-counts.json
    """
    from askance.central import tasks

    with opened(config_path) as (_, connection):
        found = tasks.count_labels(connection)
    with writing(out, option="--out"):
        out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(out)
