"""Everything that can be known of a model before it runs: ports, trial, speed, labels, and what was fitted for it."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from askance.edge.detect.golden import Golden
from askance.edge.detect.model import Model
from askance.edge.detect.package import Package
from askance.edge.detect.scenes import scene
from askance.edge.detect.session import Port
from askance.edge.detect.trial import Verdict, examine
from askance.edge.score.calibration import CALIBRATION, load_calibration
from askance.edge.score.error_model import ERRORS, ErrorModel, load_errors
from askance.errors import ConfigError
from askance.labels import LabelMap

_PASSES: Final = 5


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found.

    Attributes:
        model: the model.
        verdict: of its trial.
        ms: median time of one forward pass, milliseconds.
        fitted: of the files that `askance models fit` writes, whether they are of this model, in words.
        unknown: classes that the label map does not have.
        labels: name and version of the label map.
    """

    model: Model
    verdict: Verdict
    ms: float
    fitted: Mapping[str, str]
    unknown: tuple[str, ...]
    labels: str

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps the model from running, in words; empty: nothing."""
        missing = f"label map {self.labels} does not know {', '.join(self.unknown[:5])}"
        more = f" and {len(self.unknown) - 5} more" if len(self.unknown) > 5 else ""  # noqa: PLR2004 (as many as above)
        return (*self.verdict.faults, *((missing + more,) if self.unknown else ()))

    def figures(self) -> Mapping[str, object]:
        """Return what was found as data."""
        card, pairs = self.model.package.card, self.verdict.pairs
        return {
            "name": card.name,
            "version": card.version,
            "task": card.task,
            "file": str(self.model.package.file),
            "sha256": card.sha256,
            "licence": card.licence,
            "quantization": card.quantization and card.quantization.scheme,
            "decoder": card.decoder.family,
            "inputs": {port.name: _port(port) for port in self.model.session.inputs},
            "outputs": {port.name: _port(port) for port in self.model.session.outputs},
            "classes": sum(name is not None for name in card.classes),
            "unknown_classes": list(self.unknown),
            "golden": pairs is not None,
            "frames": self.verdict.frames,
            "boxes_kept": pairs and _round(pairs.kept),
            "mean_iou": pairs and _round(pairs.overlap),
            "score_shift": pairs and _round(pairs.shift),
            "ms": round(self.ms, 2),
            **self.fitted,
            "faults": list(self.faults),
        }


def check(model: Model, labels: LabelMap, *, record: Golden | None, home: Path | None) -> Checkup:
    """Look at a model from all sides.

    Args:
        model: it.
        labels: the fleet's.
        record: what its source saw; None: the golden record in ``home``.
        home: folder of the record; None: the model's own.

    Raises:
        ModelError: the golden record is torn, or the forward pass failed.
    """
    verdict = examine(model, record=record, home=home)
    names = dict.fromkeys(name for name in model.package.card.classes if name is not None)
    unknown = tuple(name for name in names if labels.find(name) is None)
    return Checkup(model, verdict, _speed(model), _fitted(model.package, labels), unknown, labels.tag)


def _fitted(package: Package, labels: LabelMap) -> Mapping[str, str]:
    """Read what was fitted for a model as the agent does, which leaves out what is not of this file."""
    sha256 = package.card.sha256
    errors = _bound(package.folder / ERRORS, partial(load_errors, sha256=sha256))
    curves = _bound(package.folder / CALIBRATION, partial(load_calibration, sha256=sha256, labels=labels))
    return {"error_model": errors, "calibration": curves}


def _bound(file: Path, read: Callable[[Path], object]) -> str:
    if not file.is_file():
        return f"none: there is no {file.name} beside the model; see askance models fit"
    try:
        fitted = read(file)
    except ConfigError as error:
        return f"left out: {error.advice}"
    said = f"of this file: {file.name} has its sha256"
    once = isinstance(fitted, ErrorModel) and fitted.again is None
    return f"{said}; not fitted for second looks, see askance models fit --second-look" if once else said


def _speed(model: Model) -> float:
    prepared = model.prepare(scene(0))
    taken: list[float] = []
    for _ in range(_PASSES):
        begun = time.perf_counter()
        model.forward(prepared)
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


def _port(port: Port) -> str:
    return f"{port.dtype} ({', '.join('?' if size is None else str(size) for size in port.shape)})"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
