"""`askance models quantize` and `bench`: a smaller file, and the fastest one on this CPU."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from askance.cli import values
from askance.cli.progress import bar, bars
from askance.cli.tables import echo_table, megabytes

if TYPE_CHECKING:
    from askance.models.bench import Timing

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("fp32", type=_FILE)
@click.option("--card", type=_FILE, help="Card that describes FP32.  [default: card.yaml beside it]")
@click.option("--calibrate", type=_EXISTING_FOLDER, required=True, help="Photos, or an agent's `store.path`.")
@click.option("--photos", type=click.IntRange(1), default=100, show_default=True, help="How many of them, by name.")
@click.option("--report-on", type=_EXISTING_FOLDER, help="Photos to measure on.  [default: those after --photos]")
@click.option("--labels", type=click.Path(exists=True, path_type=Path), help="Their labels: YOLO folder or COCO file.")
@click.option(
    "--golden",
    type=click.Choice(["photos", "scenes"]),
    default="photos",
    show_default=True,
    help="Frames of the golden record: two of the photos, or drawn ones, which show nobody.",
)
@click.option("--out", type=_FOLDER, required=True, help="Folder for model.onnx, its card and the report.")
@click.option("--force", is_flag=True, help="Keep the file although the report speaks against it.")
@_JSON
def quantize(  # noqa: PLR0913 (each is an option of the command)
    fp32: Path,
    *,
    card: Path | None,
    calibrate: Path,
    photos: int,
    report_on: Path | None,
    labels: Path | None,
    golden: Literal["photos", "scenes"],
    out: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Make an 8-bit file (static INT8, QDQ) of the ONNX file FP32, and report how far it has drifted from it.

    A file that has drifted too far is not kept; the report is: drift.json and drift.png.

    \b
    Example, the way the shipped model was made:
      askance models quantize coco_ssdlite_mbv2_300.onnx --card tests/cards/ssdlite-mobilenet-v2-coco-fp32.yaml
        --calibrate coco128/images/train2017 --golden scenes --out models/ssdlite-mobilenet-v2-coco
    """
    from askance.models import workshop
    from askance.models.photos import find_photos
    from askance.models.report import document, lines

    found = find_photos(calibrate)
    held_out = found[photos:] if report_on is None else find_photos(report_on)
    order = workshop.Order(
        source=fp32,
        card=card or fp32.with_name("card.yaml"),
        photos=found[:photos],
        held_out=held_out,
        labels=labels,
        out=out,
        golden=golden,
        force=force,
    )
    with bars() as begin:
        package, drift = workshop.make(order, begin=begin)
    if as_json:
        data = document(drift, source=fp32.name, on=order.seen)
        click.echo(json.dumps({"file": str(package.file), "sha256": package.card.sha256, **data}, indent=2))
        return
    click.echo("\n".join([f"measured on {order.seen}", *lines(drift)]))
    before, after = fp32.stat().st_size, package.file.stat().st_size
    click.echo(f"made: {package.file}, {megabytes(after)} of {megabytes(before)}, sha256 {package.card.sha256}")


@click.command()
@click.argument("targets", metavar="NAME|FOLDER|FILE...", nargs=-1, required=True)
@click.option("--models", type=_EXISTING_FOLDER, help="Folder of models.  [default: the shipped ones]")
@click.option("--threads", type=values.counts, metavar="N,N", default="1,2", show_default=True, help="Cores to try.")
@click.option(
    "--size", type=values.size, metavar="WIDTHxHEIGHT", default="1280x720", show_default=True, help="Size of the frame."
)
@click.option("--rounds", type=click.IntRange(5, 10000), default=30, show_default=True, help="Passes of each variant.")
@click.option("--write", is_flag=True, help="Keep the figures as bench.json beside the chosen card.")
@_JSON
def bench(
    targets: tuple[str, ...],
    *,
    models: Path | None,
    threads: Sequence[int],
    size: tuple[int, int],
    rounds: int,
    write: bool,
    as_json: bool,
) -> None:
    """Time models on this CPU against each other, and print the `detector:` section of the fastest.

    \b
    Examples:
      askance models bench own own-int8
      askance models bench own own-int8 --threads 1,2,4 --size 640x360 --write
    """
    from askance import shipped
    from askance.models import bench as stopwatch
    from askance.models.choice import section, table, write_figures
    from askance.models.locate import locate

    folder = models or shipped.folder("models")
    listed = stopwatch.variants([locate(each, models=folder, card=None) for each in targets], threads=threads)
    with bar("bench") as progress:
        timings = stopwatch.run(listed, size=size, rounds=rounds, progress=progress)
    chosen = stopwatch.choose(timings)
    if write:
        write_figures(timings, chosen, size=size)
    rows = table(timings, chosen)
    if as_json:
        click.echo(json.dumps({"timings": rows, "detector": section(chosen)}, indent=2))
        return
    _echo_timings(timings, rows)
    click.echo("\ndetector:")
    for key, value in section(chosen).items():
        click.echo(f"  {key}: {value}")


def _echo_timings(timings: Sequence["Timing"], rows: Sequence[dict[str, object]]) -> None:
    cells: list[tuple[str, ...]] = []
    for each, row in zip(timings, rows, strict=True):
        said = "; ".join(each.faults) or ("chosen" if row["chosen"] else "")
        figures = (each.wall, each.spread, each.cpu, each.wall / timings[0].wall)
        cells.append((each.variant.name, *(f"{figure:.2f}" for figure in figures), said))
    echo_table([("variant", "median ms", "quartiles ms", "cpu ms", "ratio", ""), *cells])
