"""Gathers what signals know beside the frame: names, bodies, and what was fitted for the detector."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from askance.edge.detect.again import SecondLook
from askance.edge.detect.panel import Panel
from askance.edge.health import Health
from askance.edge.label_counts import read_label_counts
from askance.edge.rules.context import Pose
from askance.edge.rules.idle import Site
from askance.edge.score import Lore, answered
from askance.edge.score.body import Body
from askance.edge.score.calibration import CALIBRATION, Calibration, load_calibration
from askance.edge.score.error_model import ERRORS, ErrorModel, load_errors
from askance.errors import ConfigError
from askance.labels import LabelMap

_FIT: Final = "askance models fit"
_LABELLED: Final = "--photos FOLDER --labels LABELS"
_SOME: Final = 5


def read_lore(
    panel: Panel, labels: LabelMap, *, health: Health, second: SecondLook | None = None, counts: Path | None = None
) -> Lore:
    """Gather what signals know; what was fitted for another detector, or after other looks, is trouble and left out.

    Args:
        panel: the models.
        labels: the label map.
        health: is told.
        second: looks again at frames that wait.
        counts: the file that says how many objects of each label are labelled; None: nobody has told.

    Raises:
        ConfigError: that file cannot be used.
    """
    return Lore(
        names={int(label.id): label.name for label in labels.labels},
        errors=_read_errors(panel, second, labels=labels, health=health),
        again=frozenset() if second is None else second.signals,
        calibration=_read_calibration(panel, labels, health=health),
        counts=None if counts is None else read_label_counts(counts, labels),
        bodies={int(label.id): Body.of(label.skeleton) for label in labels.labels if label.skeleton is not None},
    )


def survey(panel: Panel, *, lore: Lore, poses: Collection[Pose] | None) -> Site:
    """Say what rules can ask for: cameras, labels, and the signals that can be answered.

    Args:
        panel: the models.
        lore: what signals know.
        poses: where the cameras look; None: nothing is said of cameras.
    """
    main = sorted(panel.main.labels)
    floors = np.full(len(main), panel.info.floor)
    if lore.calibration is not None:  # bands are of probabilities
        floors = lore.calibration.worth(floors, np.array(main, np.int32))
    lowest = dict(zip(main, floors.tolist(), strict=True))
    for other in panel.others:
        lowest |= {label: min(other.info.floor, lowest.get(label, 1.0)) for label in other.labels}
    return Site(poses, lowest, answered(panel.signals, lore=lore))


def _read_errors(panel: Panel, second: SecondLook | None, *, labels: LabelMap, health: Health) -> ErrorModel | None:
    file = panel.folder / ERRORS
    if not file.is_file():
        return None
    try:
        errors = load_errors(file, sha256=panel.info.sha256)
    except ConfigError as error:
        health.count("errors.unavailable")
        health.trouble("error model", error.advice)
        return None
    looks = None if second is None else _fault_of_looks(errors, second)
    faults = [fault for fault in (_fault_of_thresholds(errors, panel, labels=labels), looks) if fault is not None]
    if faults:
        looking = "" if second is None else " --second-look --config FILE"
        again = f"{_FIT} {panel.folder}{looking} --report {panel.info.report:g} {_LABELLED}"
        health.trouble("error model", f"{'; '.join(faults)}; fit it again: {again}")
    return errors if looks is None else replace(errors, again=None)


def _fault_of_thresholds(errors: ErrorModel, panel: Panel, *, labels: LabelMap) -> str | None:
    fitted, runs = ((each.report, each.report_by_label) for each in (errors, panel.info))
    names = [label.name for label in labels.labels if label.id in panel.main.labels]
    odd = [name for name in names if fitted[1].get(name, fitted[0]) != runs[1].get(name, runs[0])]
    if not odd and errors.floor >= panel.info.floor:
        return None
    then, now = (_thresholds(report, {name: of[name] for name in odd if name in of}) for report, of in (fitted, runs))
    said = f"fitted for report {then} and floor {errors.floor:g}, not for {now} and {panel.info.floor:g}"
    moved = "; write `detector.report_by_label` into card.yaml as `report_by_label`, where the fit finds it"
    return f"{said}: its numbers are off{moved if any(name in runs[1] for name in odd) else ''}"


def _thresholds(report: float, by_label: Mapping[str, float]) -> str:
    """Write a threshold, and those of single labels, of which the first few do."""
    some = [f"{name} {score:g}" for name, score in by_label.items()]
    more = [f"{len(some) - _SOME} more"] if len(some) > _SOME else []
    return f"{report:g} ({', '.join([*some[:_SOME], *more])})" if some else f"{report:g}"


def _fault_of_looks(errors: ErrorModel, second: SecondLook) -> str | None:
    if errors.again is None:
        said = f"not fitted for second looks, and {', '.join(second.looks)} look again"
    elif errors.again.looks.items() <= second.looks.items():
        return None
    else:
        said = f"fitted after {', '.join(errors.again.looks)}, and not exactly these look again"
    return f"{said}: second looks change no expected errors; see `second_look`"


def _read_calibration(panel: Panel, labels: LabelMap, *, health: Health) -> Calibration | None:
    file = panel.folder / CALIBRATION
    if not file.is_file():
        return None
    try:
        return load_calibration(file, sha256=panel.info.sha256, labels=labels)
    except ConfigError as error:
        health.count("calibration.unavailable")
        health.trouble("calibration", error.advice)
        return None
