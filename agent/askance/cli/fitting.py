"""`askance models fit`: what a detector gets wrong, and what its scores are worth, learnt from labelled photos."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from askance.cli.progress import bars

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.edge.detect import Detector
    from askance.edge.detect.again import SecondLook
    from askance.edge.detect.lane import Lane
    from askance.labels import LabelMap
    from askance.models.sightings import Sightings

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
    help="Their labels: YOLO folder, or COCO file, as of `askance queue export`.",
)
@click.option("--label-map", type=_FILE, help="Label map of the fleet.  [default: the shipped one]")
@click.option("--report", type=click.FloatRange(0, 1), help="Report threshold.  [default: the card's, or else 0.5]")
@click.option(
    "--variants", type=click.IntRange(0, 100), default=15, show_default=True, help="Crops and the like of each photo."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the error model.  [default: errors.yaml beside the card]",
)
@click.option(
    "--calibration", is_flag=True, help="Write calibration.yaml beside it: bands of rules are then of probabilities."
)
@click.option("--second-look", is_flag=True, help="Also fit for frames that the agent has looked at again.")
@click.option(
    "--config",
    "config_path",
    type=_FILE,
    help="Agent's configuration, for its second_look.  [default: 2 x 2 tiles, as an agent without one]",
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
    calibration: bool,
    second_look: bool,
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Fit the error model of a detector on labelled photos, for the signal `expected_errors`.

    With --calibration also fit, for each class with enough of them, the probability that a candidate of some score is a
    true object: `near_threshold` then holds its band against that. Change the bands of your rules with it.

    With --second-look also fit how many errors to expect in a frame that was looked at again, at tiles, mirrored, with
    other models, exactly as `second_look` in --config says: `expected_errors` then rises or falls with what they see.

    Photos that the detector has been trained on show fewer errors than a camera's; better take others. Files that
    are there are replaced: fit on all that is labelled, not on the newest alone, and with --second-look if the agent
    looks again, as one without `second_look: null` does.

    \b
    Example, the way the shipped file was made:
      askance models fit ssdlite-mobilenet-v2-coco --second-look --photos coco128/images/train2017
        --labels coco128/object_detection/labels/train2017
    From what `askance queue export --format coco --out dataset` wrote; frames whose task is not done are left out:
      askance models fit models/own --photos dataset/images --labels dataset/annotations.json
        --second-look --config edge.yaml
    """
    from askance import shipped
    from askance.edge.config import DetectorSection
    from askance.edge.detect import Detector
    from askance.edge.detect.lane import Lane
    from askance.edge.score.error_model import ERRORS
    from askance.labels import LabelMap
    from askance.models.locate import locate
    from askance.models.photos import find_photos
    from askance.models.sightings import gather

    package = locate(target, models=models or shipped.folder("models"), card=card)
    names = LabelMap.load(label_map or shipped.folder("config") / "labels.yaml")
    detector = Detector(package, names, section=DetectorSection(report=report))
    with bars() as begin, closing(Lane()) as lane:
        seen = gather(
            detector,
            find_photos(photos),
            labels=labels,
            names=names,
            variants=variants,
            progress=begin("look"),
            second=_second(detector, config_path, names=names, models=models, lane=lane) if second_look else None,
        )
    said = _write(seen, detector, file=out or package.folder / ERRORS, curves_for=names if calibration else None)
    click.echo(json.dumps(said, indent=2) if as_json else "\n".join(_words(said, fitted_on=seen.fitted_on)))


def _write(seen: "Sightings", detector: "Detector", *, file: Path, curves_for: "LabelMap | None") -> Mapping[str, Any]:
    """Fit, write the files, and return their figures."""
    from askance.edge.score.calibration import CALIBRATION
    from askance.models import calibration, errors

    fitted = errors.make(seen, detector)
    if fitted.again is None and errors.looked_again(file):
        click.echo(f"note: {file} held after second looks, and does not any more: see --second-look", err=True)
    errors.write(fitted, file)
    said: dict[str, Any] = {"file": str(file), "sha256": fitted.sha256, "left_out": seen.left_out, **fitted.figures}
    if len(seen.judged) < seen.labels:
        said["judged"] = list(seen.judged)
    if fitted.again is not None:
        said["second_look"] = {"looks": list(fitted.again.looks), **fitted.again.figures}
    if curves_for is not None:
        curves = calibration.make(seen.verdicts, detector.info, names=curves_for, fitted_on=seen.fitted_on)
        errors.write(curves, file.with_name(CALIBRATION))
        said["calibration"] = {"file": str(file.with_name(CALIBRATION)), **curves.figures}
    return said


def _second(
    detector: "Detector", config_path: Path | None, *, names: "LabelMap", models: Path | None, lane: "Lane"
) -> "SecondLook":
    """Build what looks again, as a configuration says.

    Raises:
        ConfigError: the configuration cannot be used, or wants no second look.
        ModelError: another model cannot be loaded.
    """
    from askance import settings
    from askance.edge.config import EdgeConfig
    from askance.edge.detect.again import SecondLook
    from askance.edge.parts import read_other
    from askance.errors import ConfigError

    config = EdgeConfig() if config_path is None else settings.load(EdgeConfig, config_path)
    section = config.second_look
    if section is None:
        raise ConfigError("nobody looks again", hint="set `second_look` in --config, or leave --second-look out")
    main = config.detector if models is None else config.detector.model_copy(update={"models": models})
    others, challengers = (
        [read_other(main, names, name=name) for name in wanted] for wanted in (section.models, section.challengers)
    )
    return SecondLook(detector, section, others=others, challengers=challengers, lane=lane)


def _words(said: Mapping[str, Any], *, fitted_on: str) -> Iterator[str]:
    """Say in words what the JSON says."""
    yield f"fitted on {fitted_on}; errors in the photos themselves: {said['errors']:.0f}"
    if said["left_out"]:
        yield f"left out: {said['left_out']} photos that nobody has labelled: not listed, or of tasks that are not done"
    if "judged" in said:
        yield f"judged: {', '.join(said['judged'])}; the labels have no other classes, whose candidates are left out"
    held_out, constant = said["deviance"], said["deviance_of_mean"]
    yield f"Poisson deviance of photos held out: {held_out:.2f}, of a guess that is always the mean: {constant:.2f}"
    if "second_look" in said:
        again = said["second_look"]
        yield f"after another look ({', '.join(again['looks'])}): {again['deviance']:.2f}"
    yield f"made: {said['file']}"
    if "calibration" in said:
        worth = said["calibration"]
        yield f"classes with a curve of their own: {worth['classes']:.0f}; all others have one together"
        held_out, as_they_are = worth["ece"], worth["ece_of_scores"]
        yield f"calibration error of photos held out: {held_out:.3f}, of the scores as they are: {as_they_are:.3f}"
        yield f"made: {worth['file']}"
