"""A calibration turns scores into probabilities, and belongs to one model file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.calibration import (
    CALIBRATION,
    IDENTITY,
    Calibration,
    Curve,
    curved,
    load_calibration,
    logits,
)
from askance.errors import ConfigError
from askance.labels import LabelMap
from support_scenes import BICYCLE, CAR, PERSON, scene

SHA = "ab" * 32
DOUBLED = Calibration(Curve(2.0, 0.0), {PERSON: Curve(1.0, 1.0)})
scores = st.floats(0, 1)


@pytest.fixture
def labels(checkout: Path) -> LabelMap:
    return LabelMap.load(checkout / "config" / "labels.yaml")


def written(folder: Path, **changes: object) -> Path:
    document: dict[str, Any] = {"sha256": SHA, "fitted_on": "made data", "pooled": {"slope": 2.0, "intercept": 0.0}}
    path = folder / CALIBRATION
    path.write_text(yaml.safe_dump({**document, "classes": {"person": {"slope": 1.0, "intercept": 1.0}}, **changes}))
    return path


def test_the_probability_follows_the_formula() -> None:
    found = scene((PERSON, 0.5), (CAR, 0.75), (BICYCLE, 0.5))
    expected = [1 / (1 + np.exp(-1)), 0.9, 0.5]  # odds of 3 squared are 9
    assert DOUBLED.probabilities(found) == pytest.approx(expected)


def test_a_companions_scores_stay_as_they_are() -> None:
    found = replace(scene((CAR, 0.75), (CAR, 0.75)), models=("faces", None))
    assert DOUBLED.probabilities(found) == pytest.approx([0.75, 0.9])


def test_without_curves_of_single_labels_all_have_the_same() -> None:
    assert Calibration(Curve(2.0, 0.0), {}).probabilities(scene((CAR, 0.75))) == pytest.approx([0.9])
    assert Calibration(Curve(2.0, 0.0), {}) != DOUBLED


@given(st.lists(scores, max_size=9))
def test_a_curve_that_changes_nothing_changes_nothing(given_: list[float]) -> None:
    assert curved(np.array(given_), np.array([IDENTITY.slope]), intercepts=np.zeros(1)) == pytest.approx(
        given_, abs=2e-6
    )


@given(scores, scores, st.floats(0.05, 9), st.floats(-9, 9))
def test_a_better_score_is_never_worth_less(one: float, other: float, slope: float, intercept: float) -> None:
    low, high = curved(np.sort([one, other]), np.array([slope]), intercepts=np.array([intercept]))
    assert 0 <= low <= high <= 1
    assert np.isfinite(logits(np.array([one, other]))).all()


def test_a_file_becomes_the_calibration_that_it_describes(tmp_path: Path, labels: LabelMap) -> None:
    assert load_calibration(written(tmp_path), sha256=SHA, labels=labels) == DOUBLED
    aliased = written(tmp_path, classes={"pedestrian": {"slope": 1.0, "intercept": 1.0}})
    assert load_calibration(aliased, sha256=SHA, labels=labels) == DOUBLED


def test_another_model_files_calibration_is_refused(tmp_path: Path, labels: LabelMap) -> None:
    with pytest.raises(ConfigError, match="belongs to another model file: expected sha256 cdcd") as caught:
        load_calibration(written(tmp_path), sha256="cd" * 32, labels=labels)
    assert "--calibration" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"pooled": {"slope": 0, "intercept": 0}}, r"pooled\.slope", id="slope"),
        pytest.param({"pooled": {"slope": 1, "intercept": "nan"}}, r"pooled\.intercept", id="number"),
        pytest.param({"classes": {"persom": {"slope": 1, "intercept": 0}}}, "unknown label.*persom", id="class"),
        pytest.param({"pool": 1}, "unknown key: pool", id="key"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path: Path, labels: LabelMap, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_calibration(written(tmp_path, **changes), sha256=SHA, labels=labels)
