"""`askance models fit`: how many errors a detector is expected to make in a frame, learnt from labelled photos."""

import json
from pathlib import Path

import click

from askance.cli.progress import bars

_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("target", metavar="NAME|FOLDER|FILE")
@click.option("--models", type=_EXISTING_FOLDER, help="Folder of models.  [default: the shipped ones]")
@click.option("--card", type=_FILE, help="Card that describes FILE.  [default: card.yaml beside it]")
@click.option("--photos", type=_EXISTING_FOLDER, required=True, help="Labelled photos.")
@click.option(
    "--labels",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Their labels: YOLO folder or COCO file.",
)
@click.option("--label-map", type=_FILE, help="Label map of the fleet.  [default: the shipped one]")
@click.option("--report", type=click.FloatRange(0, 1), help="Report threshold.  [default: the card's, or else 0.5]")
@click.option(
    "--variants", type=click.IntRange(0, 100), default=15, show_default=True, help="Crops and the like of each photo."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File.  [default: errors.yaml at the card]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def fit(  # noqa: PLR0913 (each is an option of the command)
    target: str,
    *,
    models: Path | None,
    card: Path | None,
    photos: Path,
    labels: Path,
    label_map: Path | None,
    report: float | None,
    variants: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit the error model of a detector on labelled photos, for the signal `expected_errors`.

    Photos that the detector has been trained on show fewer errors than a camera's; better take others.

    \b
    Example, the way the shipped file was made:
      askance models fit ssdlite-mobilenet-v2-coco --photos coco128/images/train2017
        --labels coco128/object_detection/labels/train2017
    """
    from askance import shipped
    from askance.edge.config import DetectorSection
    from askance.edge.detect import Detector
    from askance.labels import LabelMap
    from askance.models import errors
    from askance.models.locate import locate
    from askance.models.photos import find_photos

    package = locate(target, models=models or shipped.folder("models"), card=card)
    names = LabelMap.load(label_map or shipped.folder("config") / "labels.yaml")
    detector = Detector(package, names, section=DetectorSection(report=report))
    with bars() as begin:
        fitted = errors.make(
            detector, find_photos(photos), labels=labels, names=names, variants=variants, progress=begin("look")
        )
    file = out or package.folder / errors.ERRORS
    errors.write(fitted, file)
    if as_json:
        click.echo(json.dumps({"file": str(file), "sha256": fitted.sha256, **fitted.figures}, indent=2))
        return
    figures = fitted.figures
    click.echo(f"fitted on {fitted.fitted_on}, with {figures['errors']:.0f} errors in the photos themselves")
    held_out, constant = figures["deviance"], figures["deviance_of_mean"]
    click.echo(
        f"Poisson deviance of photos held out: {held_out:.2f}, of a guess that is always the mean: {constant:.2f}"
    )
    click.echo(f"made: {file}")
