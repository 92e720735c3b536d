"""Fits the error model of a detector on what it saw in labelled photos and variants of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from askance.edge.detect import Detector
from askance.edge.score.calibration import CalibrationDocument
from askance.edge.score.error_model import ERRORS, AgainDocument, ErrorDocument, Term
from askance.edge.score.statistics import NAMES, TOGETHER
from askance.errors import ConfigError, ModelError
from askance.models.regression import Sample, choose, fit
from askance.models.sightings import Sightings
from askance.settings import read_document, validate

__all__ = ["ERRORS", "VARIANTS", "looked_again", "make", "write"]

VARIANTS: Final = 15


def make(sightings: Sightings, detector: Detector) -> ErrorDocument:
    """Fit the error model of a detector on what it saw, and another one on what all looks together saw, if any did."""
    sample, variants = sightings.sample, sightings.variants
    counts = {"photos": sightings.photos, "variants": variants, "errors": sample.errors[:: variants + 1].sum()}
    figures, intercept, terms = _regress(sample, names=NAMES)
    document = ErrorDocument(
        sha256=detector.info.sha256,
        report=detector.info.report,
        report_by_label=detector.info.report_by_label,
        floor=detector.info.floor,
        fitted_on=sightings.fitted_on,
        figures={name: round(float(value), 4) for name, value in counts.items()} | figures,
        intercept=intercept,
        terms=terms,
    )
    if sightings.again is None:
        return document
    figures, intercept, terms = _regress(sightings.again, names=TOGETHER)
    again = AgainDocument(looks=sightings.looks, figures=figures, intercept=intercept, terms=terms)
    return document.model_copy(update={"again": again})


def looked_again(path: Path) -> bool:
    """Whether a file is an error model, of whichever model file, that also holds after second looks."""
    try:
        return validate(ErrorDocument, read_document(path)).again is not None
    except ConfigError:
        return False


def _regress(sample: Sample, *, names: Sequence[str]) -> tuple[dict[str, float], float, dict[str, Term]]:
    """Return what the regression was chosen by, its intercept and its terms."""
    choice = choose(sample)
    figures = {
        "ridge": choice.ridge,
        "dispersion": choice.dispersion,
        "deviance": choice.deviance,
        "deviance_of_mean": choice.constant,
    }
    found = fit(sample, ridge=choice.ridge, dispersion=choice.dispersion)
    columns = zip(names, found.means, found.scales, found.coefficients, strict=True)
    terms = {
        name: Term(mean=round(float(mean), 6), scale=round(float(scale), 6), coefficient=round(float(each), 6))
        for name, mean, scale, each in columns
    }
    return {name: round(float(value), 4) for name, value in figures.items()}, round(found.intercept, 6), terms


def write(document: ErrorDocument | CalibrationDocument, path: Path) -> None:
    """Write what was fitted as YAML.

    Raises:
        ModelError: the file cannot be written.
    """
    values = document.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=116, allow_unicode=True)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ModelError(f"cannot write {path}: {error.strerror}", hint="choose another file with --out") from error
