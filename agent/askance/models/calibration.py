"""Fits what a detector's scores are worth, for each class, on labelled photos and variants of them."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from askance.edge.score.calibration import (
    IDENTITY,
    Calibration,
    CalibrationDocument,
    Curve,
    CurveSection,
    curved,
    logits,
)
from askance.labels import LabelMap
from askance.models.regression import FOLDS, Vector
from askance.wire.capture import ModelInfo

LEAST: Final = 20.0
"""A class needs so many true candidates, and as many false ones, for a curve of its own; a photo counts once."""

RIDGE: Final = 5.0
"""Penalty on the squared distance of a curve from the one that it begins with."""

BINS: Final = 15

_FLATTEST: Final = 0.05  # whatever the photos: a better score is never worth less
_SEED: Final = 0
_STEPS: Final = 50
_CLOSE: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Every candidate that was seen in photos and their variants, and whether it was a true object.

    Attributes:
        scores: (n,), float64 in [0, 1].
        label_ids: (n,).
        right: (n,), bool: see ``mistakes.true_positives``.
        photos: (n,): which photo each was seen in; one photo never lies on both sides of a cross-validation.
        weights: (n,): a photo counts once, however many variants it has.
    """

    scores: Vector
    label_ids: NDArray[np.int32]
    right: NDArray[np.bool_]
    photos: NDArray[np.intp]
    weights: Vector

    def take(self, chosen: NDArray[np.bool_]) -> "Verdicts":
        """Return those that a mask of shape (n,) chooses."""
        return Verdicts(
            self.scores[chosen],
            self.label_ids[chosen],
            self.right[chosen],
            self.photos[chosen],
            self.weights[chosen],
        )


class Misfit(NamedTuple):
    """How far probabilities are off: expected calibration error and Brier score, 0 is perfect."""

    ece: float
    brier: float


def fit(verdicts: Verdicts) -> Calibration:
    """Fit the curve of all labels from one that changes nothing, and those of single labels from that of all."""
    pooled = fit_curve(verdicts, IDENTITY)
    labels: dict[int, Curve] = {}
    for label in np.unique(verdicts.label_ids).tolist():
        mine = verdicts.take(verdicts.label_ids == label)
        true = float(mine.weights @ mine.right)
        if min(true, float(mine.weights.sum()) - true) >= LEAST:
            labels[label] = fit_curve(mine, pooled)
    return Calibration(pooled, labels)


def fit_curve(verdicts: Verdicts, begin: Curve) -> Curve:
    """Fit a logistic regression on the logits of scores, by Newton's method, with a pull towards ``begin``."""
    design = np.stack([logits(verdicts.scores), np.ones(len(verdicts.scores))], axis=1)
    right, answer = verdicts.right.astype(np.float64), np.array(begin, np.float64)
    for _ in range(_STEPS):
        p = curved(verdicts.scores, answer[:1], intercepts=answer[1:])
        slope = design.T @ (verdicts.weights * (p - right)) + RIDGE * (answer - begin)
        curvature = (design * (verdicts.weights * p * (1.0 - p))[:, None]).T @ design + RIDGE * np.eye(2)
        step = np.asarray(np.linalg.solve(curvature, slope), np.float64)
        answer = np.asarray(answer - np.clip(step, -1.0, 1.0), np.float64)
        if np.abs(step).max() < _CLOSE:
            break
    return Curve(max(_FLATTEST, float(answer[0])), float(answer[1]))


def cross_fit(verdicts: Verdicts, *, folds: int = FOLDS) -> Vector:
    """Return, shape (n,), what scores are worth by curves that were fitted on other photos."""
    count = int(verdicts.photos.max(initial=-1)) + 1
    order = np.random.default_rng(_SEED).permutation(count)
    worth = np.empty(len(verdicts.scores))
    for fold in range(folds):
        held = np.isin(verdicts.photos, order[fold::folds])
        worth[held] = fit(verdicts.take(~held)).worth(verdicts.scores[held], verdicts.label_ids[held])
    return worth


def misfit(probabilities: Vector, verdicts: Verdicts) -> Misfit:
    """Measure probabilities by what became true.

    The expected calibration error is the mean distance of share and probability over fifteen equal bins, weighted by
    candidates (Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015);
    Brier's score is the mean squared error.
    """
    weights = verdicts.weights / max(float(verdicts.weights.sum()), np.finfo(np.float64).tiny)
    errors = probabilities - verdicts.right
    bins = np.minimum((probabilities * BINS).astype(np.intp), BINS - 1)
    gaps = np.abs(np.bincount(bins, weights=weights * errors, minlength=BINS))
    return Misfit(float(gaps.sum()), float(weights @ errors**2))


def make(verdicts: Verdicts, info: ModelInfo, *, names: LabelMap, fitted_on: str) -> CalibrationDocument:
    """Fit the calibration of a detector.

    Args:
        verdicts: what it saw in labelled photos.
        info: which model it is.
        names: the label map that the label ids are of.
        fitted_on: which photos, and how, in words.
    """
    found, classes = fit(verdicts), {int(label.id): label.name for label in names.labels}
    before, after = misfit(verdicts.scores, verdicts), misfit(cross_fit(verdicts), verdicts)
    figures = {
        "classes": len(found.labels),
        "ece_of_scores": before.ece,
        "ece": after.ece,
        "brier_of_scores": before.brier,
        "brier": after.brier,
    }
    return CalibrationDocument(
        sha256=info.sha256,
        fitted_on=fitted_on,
        figures={name: round(value, 4) for name, value in figures.items()},
        pooled=_section(found.pooled),
        classes={classes[label]: _section(curve) for label, curve in found.labels.items()},
    )


def _section(curve: Curve) -> CurveSection:
    return CurveSection(slope=round(curve.slope, 6), intercept=round(curve.intercept, 6))
