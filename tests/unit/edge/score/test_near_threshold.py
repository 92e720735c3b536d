"""Objects inside a band of scores are doubtful."""

from dataclasses import replace
from math import log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.calibration import IDENTITY, Calibration, Curve
from askance.edge.score.near_threshold import near_threshold
from askance.edge.values import Measure
from support_scenes import CAR, LORE, NAMES, PERSON, scene, still

BAND = Measure("near_threshold", frozenset({PERSON, CAR}), 0.25, 0.55)
objects = st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.floats(0, 1, width=32)), max_size=40)


def logit(score: float) -> float:
    return log(score / (1 - score))


def value(*found: tuple[int, float], wish: Measure = BAND) -> float:
    return near_threshold(still(scene(*found)), wish, lore=LORE).value


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([], 0.0, id="nothing"),
        pytest.param([(CAR, 0.4)], 0.5, id="middle"),
        pytest.param([(CAR, 0.4)] * 3, 0.75, id="three-in-the-middle"),
        pytest.param([(CAR, 0.325)], 1 / 3, id="half-way-to-the-bound"),
        pytest.param([(CAR, 0.24), (CAR, 0.56), (CAR, 0.99)], 0.0, id="outside"),
        pytest.param([(2, 0.4)], 0.0, id="another-label"),
    ],
)
def test_the_value_follows_the_formula(found: list[tuple[int, float]], expected: float) -> None:
    assert value(*found) == pytest.approx(expected, abs=1e-6)


def test_the_sentence_names_the_most_doubtful_object() -> None:
    signal = near_threshold(still(scene((CAR, 0.9), (PERSON, 0.5), (CAR, 0.41))), BAND, lore=LORE)
    assert signal.text == "car scored 0.41 (uncalibrated), inside 0.25 to 0.55, and 1 more"
    assert signal.objects == (2, 1)


def test_a_calibrated_score_is_held_against_the_band_and_said() -> None:
    lore = replace(LORE, calibration=Calibration(IDENTITY, {CAR: Curve(1.0, logit(0.4) - logit(0.9))}))
    signal = near_threshold(still(scene((CAR, 0.9), (PERSON, 0.9), (CAR, 0.4))), BAND, lore=lore)
    assert signal.value == pytest.approx(0.5)
    assert signal.objects == (0,)
    assert signal.text == "car scored 0.90, calibrated 0.40, inside 0.25 to 0.55"


def test_a_companions_scores_stay_as_they_are() -> None:
    lore = replace(LORE, calibration=Calibration(Curve(1.0, 9.0), {}))
    found = replace(scene((CAR, 0.4), (CAR, 0.4)), models=("faces", None))
    signal = near_threshold(still(found), BAND, lore=lore)
    assert (signal.objects, signal.text) == ((0,), "car scored 0.40 (uncalibrated), inside 0.25 to 0.55")


def test_nothing_in_the_band_is_said() -> None:
    assert near_threshold(still(scene()), BAND, lore=LORE).text == "nothing scored inside 0.25 to 0.55"


def test_without_labels_every_label_counts() -> None:
    assert value((2, 0.4), wish=Measure("near_threshold", None, 0.25, 0.55)) == pytest.approx(0.5)


@pytest.mark.parametrize(("low", "high"), [(None, 0.5), (0.5, None), (0.5, 0.5)], ids=["no-low", "no-high", "empty"])
def test_a_wish_without_band_is_refused(low: float | None, high: float | None) -> None:
    with pytest.raises(ValueError, match="expected a band"):
        value((CAR, 0.4), wish=Measure("near_threshold", None, low, high))


@given(objects, st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(found: list[tuple[int, float]], seed: int) -> None:
    shuffled = Random(seed).sample(found, len(found))  # noqa: S311 (a test's shuffle)
    assert value(*found) == value(*shuffled)


@given(objects, st.sampled_from(sorted(NAMES)), st.floats(0, 1, width=32))
def test_one_more_object_never_lowers_the_value(found: list[tuple[int, float]], label: int, score: float) -> None:
    assert value(*found) <= value(*found, (label, score)) + 1e-12
    assert value(*found) < 1.0
