"""Tests of the fit of calibrations: what made data was drawn by is found again, and few labels change little."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askance.edge.score.calibration import CALIBRATION, IDENTITY, Curve, curved, load_calibration
from askance.labels import LabelMap
from askance.models.calibration import LEAST, Verdicts, cross_fit, fit, fit_curve, make, misfit
from askance.models.errors import write
from askance.wire.capture import ModelInfo
from askance.wire.identity import Sha256
from support_scenes import CAR, PERSON

SHY = Curve(2.0, 1.0)


def drawn(curve: Curve, count: int, *, label: int = PERSON, seed: int = 0, weight: float = 1.0) -> Verdicts:
    """Candidates whose scores are worth what a curve says."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(1, 3, count)
    worth = curved(scores, np.array([curve.slope]), intercepts=np.array([curve.intercept]))
    return Verdicts(
        scores,
        np.full(count, label, np.int32),
        rng.random(count) < worth,
        np.arange(count) % 32,
        np.full(count, weight),
    )


def joined(*parts: Verdicts) -> Verdicts:
    columns = ("scores", "label_ids", "right", "photos", "weights")
    return Verdicts(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def test_the_curve_that_candidates_were_drawn_by_is_found_again() -> None:
    found = fit_curve(drawn(SHY, 20_000), IDENTITY)
    assert pytest.approx((2.0, 1.0), abs=0.1) == found


def test_labels_seen_often_have_curves_of_their_own() -> None:
    found = fit(joined(drawn(SHY, 9000), drawn(Curve(1.0, -1.0), 9000, label=CAR, seed=1)))
    assert {PERSON, CAR} == set(found.labels)
    assert found.labels[CAR].intercept < found.pooled.intercept < found.labels[PERSON].intercept


def test_labels_seen_seldom_have_the_curve_of_all() -> None:
    few = drawn(SHY, 9000)
    seldom = Verdicts(few.scores, few.label_ids, few.scores < 0, few.photos, few.weights)
    seldom.right[: int(LEAST) - 1] = True
    assert {} == fit(seldom).labels
    seldom.right[int(LEAST) - 1] = True
    assert {PERSON} == set(fit(seldom).labels)
    variants = Verdicts(few.scores, few.label_ids, seldom.right, few.photos, np.full(9000, 0.5))
    assert {} == fit(variants).labels


def test_photos_that_were_held_out_are_told_better_than_by_their_scores() -> None:
    verdicts = drawn(SHY, 4000)
    before, after = misfit(verdicts.scores, verdicts), misfit(cross_fit(verdicts), verdicts)
    assert after.ece < 0.05 < before.ece
    assert after.brier < before.brier


def test_the_errors_follow_their_formulas() -> None:
    verdicts = Verdicts(
        np.array([0.9, 0.9, 0.1, 1.0]),
        np.full(4, PERSON, np.int32),
        np.array([True, False, False, True]),
        np.arange(4),
        np.array([1.0, 1.0, 1.0, 1.0]),
    )
    # bins of 0.9 and 0.9: 0.4 off; of 0.1: 0.1 off; of 1.0: right
    assert pytest.approx(((2 * 0.4 + 0.1) / 4, (0.01 + 0.81 + 0.01) / 4)) == misfit(verdicts.scores, verdicts)


def test_nothing_seen_changes_nothing() -> None:
    nothing = drawn(SHY, 0)
    assert (IDENTITY, {}) == (fit(nothing).pooled, fit(nothing).labels)
    assert (0, 0) == misfit(cross_fit(nothing), nothing)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
def test_whatever_was_seen_a_better_score_is_never_worth_less(rows: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in rows], np.float64)
    right = np.array([true for _, true in rows], np.bool_)
    count = len(rows)
    found = fit_curve(
        Verdicts(scores, np.zeros(count, np.int32), right, np.zeros(count, np.intp), np.ones(count)), IDENTITY
    )
    assert 0 < found.slope < np.inf
    assert np.isfinite(found.intercept)


def test_what_is_written_is_what_is_read(tmp_path: Path, checkout: Path) -> None:
    labels = LabelMap.load(checkout / "config" / "labels.yaml")
    info = ModelInfo(name="m", version="1", sha256=Sha256("ab" * 32), floor=0.05, report=0.5, label_map=labels.tag)
    verdicts = drawn(SHY, 4000)
    document = make(verdicts, info, names=labels, fitted_on="made data")
    write(document, tmp_path / CALIBRATION)
    found, fitted = load_calibration(tmp_path / CALIBRATION, sha256="ab" * 32, labels=labels), fit(verdicts)
    assert pytest.approx(fitted.pooled, abs=1e-6) == found.pooled
    assert pytest.approx(fitted.labels[PERSON], abs=1e-6) == found.labels[PERSON]
    assert {"classes", "ece_of_scores", "ece", "brier_of_scores", "brier"} == set(document.figures)
