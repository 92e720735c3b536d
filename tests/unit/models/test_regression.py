"""Tests of the regression: known coefficients come back, and the penalty is chosen on photos held out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.models.regression import Sample, choose, deviance, fit

K = 8


def made(count: int = 2000, *, useful: int = 3) -> tuple[Sample, NDArray[np.float64]]:
    """Draw statistics, and errors that follow the first ``useful`` of them."""
    random = np.random.default_rng(4)
    table = np.expm1(random.uniform(0, 2, (count, K)))
    slopes = np.zeros(K)
    slopes[:useful] = [0.8, -0.5, 0.3][:useful]
    errors = random.poisson(np.exp(0.4 + np.log1p(table) @ slopes)).astype(np.float64)
    return Sample(table, errors, np.arange(count) // 2), slopes


def test_known_coefficients_come_back() -> None:
    sample, slopes = made()
    found = fit(sample, ridge=1e-6)
    assert pytest.approx(slopes, abs=0.06) == found.coefficients / found.scales
    expected = found.expected(sample.statistics)
    assert pytest.approx(sample.errors.sum()) == expected.sum()


def test_a_dispersion_changes_weights_and_not_what_is_found() -> None:
    sample, slopes = made()
    found = fit(sample, ridge=1e-6, dispersion=0.5)
    assert pytest.approx(slopes, abs=0.15) == found.coefficients / found.scales
    assert (found.coefficients != fit(sample, ridge=1e-6).coefficients).any()


def test_a_ridge_pulls_coefficients_to_zero_and_leaves_the_mean() -> None:
    sample, _ = made()
    strong = fit(sample, ridge=1e9)
    assert np.abs(strong.coefficients).max() < 1e-4
    assert pytest.approx(sample.errors.mean(), rel=1e-3) == np.exp(strong.intercept)


def test_a_statistic_that_never_changes_is_harmless() -> None:
    sample, _ = made(200)
    flat = Sample(np.ones_like(sample.statistics), sample.errors, sample.photos)
    assert pytest.approx(sample.errors.mean()) == fit(flat, ridge=1.0).expected(flat.statistics)[0]


def test_photos_without_any_error_expect_hardly_any() -> None:
    sample, _ = made(64)
    none = Sample(sample.statistics, np.zeros(64), sample.photos)
    assert fit(none, ridge=1.0).expected(sample.statistics).max() < 0.01


def test_a_photo_counts_once_however_many_variants_it_has() -> None:
    sample = Sample(np.zeros((4, K)), np.array([1.0, 1.0, 1.0, 5.0]), np.array([0, 0, 0, 1]))
    assert pytest.approx([1 / 3, 1 / 3, 1 / 3, 1]) == sample.weights
    assert pytest.approx(3.0) == fit(sample, ridge=1.0).expected(np.zeros((1, K)))[0]


def test_the_ridge_is_the_one_that_foretells_photos_held_out() -> None:
    sample, _ = made(160)
    choice = choose(sample, ridges=(1e-6, 10.0, 1e9))
    assert 10.0 == choice.ridge
    assert choice.deviance < choice.constant


def test_deviance_is_zero_for_a_perfect_guess_only() -> None:
    errors, weights = np.array([0.0, 2.0, 5.0]), np.ones(3)
    assert pytest.approx(0, abs=1e-6) == deviance(errors, np.maximum(errors, 1e-9), weights=weights)
    assert pytest.approx(2 * 1 / 3) == deviance(np.zeros(3), np.array([0.0, 0.0, 1.0]) + 1e-300, weights=weights)
