"""A regression of counts on statistics: ridge, log-linear, its penalty and dispersion chosen by cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.score.error_model import FARTHEST

Vector: TypeAlias = NDArray[np.float64]

RIDGES: Final = (10.0, 30.0, 100.0)
DISPERSIONS: Final = (0.0, 0.2, 0.5)
FOLDS: Final = 8
SPLITS: Final = 4
_SEED: Final = 0
_STEPS: Final = 50
_CLOSE: Final = 1e-6
_STEEP: Final = 8.0  # exponents stop here on the way: a first step may overshoot


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen in photos and their variants.

    Attributes:
        statistics: (n, k), float64.
        errors: (n,), float64: how many the detector made in each.
        photos: (n,): which photo each is of; one photo never lies on both sides of a cross-validation.
    """

    statistics: NDArray[np.float64]
    errors: Vector
    photos: NDArray[np.intp]

    @property
    def weights(self) -> Vector:
        """(n,): a photo counts once, however many variants it has."""
        weights: Vector = 1.0 / np.bincount(self.photos)[self.photos]
        return weights


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression.

    Attributes:
        means: (k,): of log(1 + statistic).
        scales: (k,): their standard deviations, 1 for a constant one.
        coefficients: (k,).
        intercept: of the logarithm of the errors.
    """

    means: Vector
    scales: Vector
    coefficients: Vector
    intercept: float

    def expected(self, table: NDArray[np.float64]) -> Vector:
        """Return the expected errors, shape (n,), of statistics of shape (n, k)."""
        z = np.clip((np.log1p(table) - self.means) / self.scales, -FARTHEST, FARTHEST)
        expected: Vector = np.exp(np.clip(self.intercept + z @ self.coefficients, -_STEEP, _STEEP))
        return expected


@dataclass(frozen=True, slots=True)
class Choice:
    """What foretold best the errors of photos that were not fitted on.

    Attributes:
        ridge: the penalty of squared coefficients.
        dispersion: how much more counts vary than those of Poisson.
        deviance: mean Poisson deviance of those photos.
        constant: the same for a regression that knows the mean alone.
    """

    ridge: float
    dispersion: float
    deviance: float
    constant: float


def fit(sample: Sample, *, ridge: float, dispersion: float = 0.0) -> Fit:
    """Fit by iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear Models, 1989, 2.5).

    The logarithm of the mean ``m`` is linear in the standardised statistics. Counts vary by ``m + dispersion m ** 2``,
    the negative binomial's variance (same book, 6.2.3): a crowded photo then weighs less than under Poisson's,
    dispersion 0. The penalty ``ridge * sum(c ** 2)`` is on the coefficients; the intercept is free.
    """
    table, weights = np.log1p(sample.statistics), sample.weights
    means, scales = table.mean(axis=0), table.std(axis=0)
    scales[scales < _CLOSE] = 1.0
    z = np.clip((table - means) / scales, -FARTHEST, FARTHEST)
    design = np.concatenate([np.ones((len(z), 1)), z], axis=1)
    penalty = np.diag([0.0, *[ridge] * z.shape[1]])
    answer = np.zeros(design.shape[1])
    answer[0] = np.log(max(np.average(sample.errors, weights=weights), _CLOSE))
    for _ in range(_STEPS):
        exponent = np.clip(design @ answer, -_STEEP, _STEEP)
        mean = np.exp(exponent)
        weighted = (weights * mean / (1.0 + dispersion * mean))[:, None] * design
        target = exponent + (sample.errors - mean) / mean
        after = np.asarray(np.linalg.solve(weighted.T @ design + penalty, weighted.T @ target), np.float64)
        moved = float(np.abs(after - answer).max())
        answer = after
        if moved < _CLOSE:
            break
    return Fit(means, scales, answer[1:], float(answer[0]))


def choose(
    sample: Sample, *, ridges: Sequence[float] = RIDGES, dispersions: Sequence[float] = DISPERSIONS, folds: int = FOLDS
) -> Choice:
    """Choose ridge and dispersion by cross-validation over several splits; variants of a photo lie on one side."""
    count, random = int(sample.photos.max()) + 1, np.random.default_rng(_SEED)
    orders = [random.permutation(count) for _ in range(SPLITS)]
    sides = [[np.isin(sample.photos, order[fold::folds]) for fold in range(folds)] for order in orders]
    tried = {
        pair: float(np.mean([_crossed(sample, split, pair=pair) for split in sides]))
        for pair in product(ridges, dispersions)
    }
    ridge, dispersion = best = min(tried, key=tried.__getitem__)
    mean = np.full(len(sample.errors), np.average(sample.errors, weights=sample.weights))
    return Choice(ridge, dispersion, tried[best], deviance(sample.errors, mean, weights=sample.weights))


def _crossed(sample: Sample, sides: Sequence[NDArray[np.bool_]], *, pair: tuple[float, float]) -> float:
    expected = np.empty(len(sample.errors))
    for held in sides:
        rest = Sample(sample.statistics[~held], sample.errors[~held], sample.photos[~held])
        expected[held] = fit(rest, ridge=pair[0], dispersion=pair[1]).expected(sample.statistics[held])
    return deviance(sample.errors, expected, weights=sample.weights)


def deviance(errors: Vector, expected: Vector, *, weights: Vector) -> float:
    """Return the mean Poisson deviance, ``2 (y log(y / m) - (y - m))``; 0 is perfect."""
    ratio = np.log(np.maximum(errors, np.finfo(np.float64).tiny) / expected)
    each = 2 * (np.where(errors > 0, errors * ratio, 0.0) - (errors - expected))
    return float(np.average(each, weights=weights))
