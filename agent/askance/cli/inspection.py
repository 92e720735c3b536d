"""`askance models inspect` and `check`: what a file is, and whether it may run."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from askance.cli import values
from askance.cli.tables import echo_table

if TYPE_CHECKING:
    from askance.edge.detect.golden import Golden
    from askance.edge.detect.package import Package
    from askance.models.survey import Survey

_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--classes", type=_FILE, help="Names of the class columns, a line each; an empty line: ignore it.")
@click.option(
    "--size", type=values.size, metavar="WIDTHxHEIGHT", help="Size of the input where the graph leaves it open."
)
@click.option("--out", type=_NEW_FILE, help="Write the card here instead of printing it.")
@_JSON
def inspect(file: Path, *, classes: Path | None, size: tuple[int, int] | None, out: Path | None, as_json: bool) -> None:
    """Open the ONNX file FILE, say what it holds, and propose a card for it.

    Exports of Ultralytics say everything themselves. Of other files the family is recognised by their outputs; what
    these do not tell stands above the card, to be confirmed.

    \b
    Examples:
      askance models inspect yolov8n.onnx
      askance models inspect own.onnx --classes names.txt --out models/own/card.yaml
    """
    from askance.errors import ModelError
    from askance.models.proposal import propose
    from askance.models.survey import survey

    seen = survey(file)
    names = [line.strip() or None for line in _lines(classes)] if classes is not None else None
    proposal = propose(seen, classes=names, size=size)
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(proposal.text(), encoding="utf-8")
        except OSError as error:
            raise ModelError(f"cannot write {out}: {error.strerror}", hint="choose another place with --out") from error
    if as_json:
        card = proposal.card.model_dump(mode="json", exclude_unset=True)
        click.echo(json.dumps({**_facts(seen), "card": card, "confirm": dict(proposal.doubts)}, indent=2))
        return
    for name, value in _facts(seen).items():
        click.echo(f"# {name}: {value if isinstance(value, str | int) else json.dumps(value)}")
    click.echo(proposal.text() if out is None else f"wrote: {out}; {len(proposal.doubts)} things to confirm in it")


@click.command()
@click.argument("target", metavar="NAME|FOLDER|FILE")
@click.option("--card", type=_FILE, help="Card that describes the file.  [default: the one beside it]")
@click.option("--models", type=_EXISTING_FOLDER, help="Folder of models.  [default: the shipped ones]")
@click.option("--source", metavar="NAME|FOLDER|FILE", help="Hold it against this model, in floating point.")
@click.option("--record", is_flag=True, help="Keep what --source sees as the golden record beside the card.")
@click.option("--labels", type=_FILE, help="Label map.  [default: the shipped one]")
@_JSON
def check(
    target: str,
    *,
    card: Path | None,
    models: Path | None,
    source: str | None,
    record: bool,
    labels: Path | None,
    as_json: bool,
) -> None:
    """Check a model as the agent does at its start: card, hash, ports, labels, the trial, and what was fitted.

    \b
    Examples:
      askance models check ssdlite-mobilenet-v2-coco
      askance models check own-int8.onnx --card own.yaml --source own.onnx
    """
    from askance import shipped
    from askance.edge.detect.model import Model
    from askance.errors import ModelError
    from askance.labels import LabelMap
    from askance.models import checkup
    from askance.models.locate import locate

    folder = models or shipped.folder("models")
    known = LabelMap.load(labels or shipped.folder("config") / "labels.yaml")
    model = Model(locate(target, models=folder, card=card), threads=1)
    home = model.package.folder if card is None else card.parent
    golden = None if source is None else _golden(locate(source, models=folder, card=card), record=record, home=home)
    found = checkup.check(model, known, record=golden, home=home)
    figures = found.figures()
    if as_json:
        click.echo(json.dumps(figures, indent=2))
    else:
        echo_table([(name, _plain(value)) for name, value in figures.items() if value not in (None, [], ())])
    if found.verdict.pairs is None:
        click.echo("no golden record: only plain ruin is noticed; hold it against its source: --source FILE", err=True)
    if found.faults:
        raise ModelError(
            f"{model.package.file} is refused: {'; '.join(found.faults)}",
            hint="make it again with askance models quantize, or run the file in floating point; for labels see the "
            "key labels of the label map",
        )


def _golden(source: "Package", *, record: bool, home: Path) -> "Golden":
    from askance.edge.detect.golden import write_golden
    from askance.edge.detect.model import Model
    from askance.errors import ModelError
    from askance.models.record import record_scenes

    made = record_scenes(Model(source, threads=1))
    if made is None:
        raise ModelError(
            f"{source.file} sees too little in drawn scenes to hold another file against it",
            hint="quantize it with photos: askance models quantize --calibrate PHOTOS",
        )
    if record:
        try:
            write_golden(made.golden, home)
        except OSError as error:
            raise ModelError(f"cannot write {home}: {error.strerror}", hint="leave --record out") from error
    return made.golden


def _facts(seen: "Survey") -> dict[str, object]:
    ports = {"inputs": seen.inputs, "outputs": seen.outputs}
    facts: dict[str, object] = {"file": str(seen.file), "bytes": seen.bytes, "sha256": seen.sha256}
    facts |= {name: {port.name: [port.dtype, list(port.shape)] for port in each} for name, each in ports.items()}
    facts |= {"opset": seen.opset, "quantized": seen.quantized, "operators": seen.operators}
    return facts | {"metadata": {key: value[:200] for key, value in seen.metadata.items()}}


def _lines(path: Path) -> list[str]:
    from askance.errors import ConfigError

    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}", hint="--classes takes a text file, a name a line") from error


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {what}" for name, what in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
