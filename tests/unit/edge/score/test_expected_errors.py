"""Frames in which the detector is expected to err are worth doubting."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score import Lore
from askance.edge.score.error_model import ErrorModel
from askance.edge.score.expected_errors import HALF, expected_errors
from askance.edge.score.statistics import NAMES, TOGETHER
from askance.edge.values import Measure, Signal
from askance.edge.view import Again
from support_looks import look, looked
from support_scenes import CAR, LORE, PERSON, scene, still
from support_scenes import NAMES as LABELS
from support_tracks import Seen

ANY = Measure("expected_errors")
objects = st.lists(st.tuples(st.sampled_from(sorted(LABELS)), st.floats(0, 1, width=32)), max_size=40)


def model(*, intercept: float = 0.0, looks: Mapping[str, str] | None = None, **coefficients: float) -> ErrorModel:
    names = TOGETHER if looks else NAMES
    return ErrorModel(
        names=names,
        means=tuple([0.0] * len(names)),
        scales=tuple([1.0] * len(names)),
        coefficients=tuple(coefficients.get(name, 0.0) for name in names),
        intercept=intercept,
        sha256="ab" * 32,
        report=0.5,
        floor=0.05,
        fitted_on="made data",
        looks=looks or {},
    )


def measured(*found: tuple[int, float], wish: Measure = ANY, errors: ErrorModel | None = None) -> Signal:
    lore = Lore(LABELS, errors=errors or model(entropy=1.0))
    signal = expected_errors(still(scene(*found)), wish, lore=lore)
    assert signal is not None
    return signal


def test_without_an_error_model_there_is_no_signal() -> None:
    assert expected_errors(still(scene((CAR, 0.5))), ANY, lore=LORE) is None


@pytest.mark.parametrize("errors", [1.0, HALF, 20.0])
def test_the_value_follows_the_formula(errors: float) -> None:
    got = measured((CAR, 0.5), errors=model(intercept=float(np.log(errors))))
    assert got.value == pytest.approx(errors / (HALF + errors))


def test_the_sentence_counts_what_is_between() -> None:
    signal = measured((CAR, 0.9), (CAR, 0.5), (CAR, 0.4), (PERSON, 0.21), (CAR, 0.1), errors=model(intercept=1.435))
    assert signal.text == "4.2 errors expected: 2 candidates between 0.2 and 0.5, 2 of them small"
    assert signal.objects[:3] == (1, 2, 3)


def test_large_objects_are_not_called_small_and_one_is_one() -> None:
    large = replace(scene((CAR, 0.4)), boxes=np.array([[0, 0, 300, 300]], np.float32))
    signal = expected_errors(still(large), ANY, lore=Lore(LABELS, errors=model()))
    assert signal is not None
    assert signal.text == "1.0 errors expected: 1 candidate between 0.2 and 0.5, 0 of them small"


def test_only_the_labels_that_were_asked_for_count() -> None:
    cars = Measure("expected_errors", frozenset({CAR}))
    signal = measured((PERSON, 0.5), (CAR, 0.4), (PERSON, 0.3), wish=cars)
    assert signal.value == pytest.approx(measured((CAR, 0.4)).value)
    assert signal.objects == (1,)


def test_an_empty_frame_still_has_the_errors_that_nobody_saw() -> None:
    signal = measured(errors=model(intercept=float(np.log(HALF))))
    assert signal.value == pytest.approx(0.5)
    assert signal.objects == ()
    assert signal.text == "5.0 errors expected: 0 candidates between 0.2 and 0.5, 0 of them small"


@given(objects, st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(found: list[tuple[int, float]], seed: int) -> None:
    shuffled = Random(seed).sample(found, len(found))  # noqa: S311 (a test's shuffle)
    assert measured(*found).value == pytest.approx(measured(*shuffled).value)


@given(objects, st.floats(-20, 20))
def test_the_value_stays_in_range(found: list[tuple[int, float]], coefficient: float) -> None:
    signal = measured(*found, errors=model(entropy=coefficient, labels=coefficient))
    assert 0.0 < signal.value < 1.0
    assert len(set(signal.objects)) == len(signal.objects) <= 20


def after(*again: Again, wish: Measure = ANY) -> Signal:
    """One error is expected at first, and after tiles and the mirror image as many as candidates and one."""
    looks = {"tiles": "2 x 2", "mirror": "left and right exchanged"}
    second = model(looks=looks, candidates=1.0)
    view = looked(scene((CAR, 0.4), (PERSON, 0.3)), *again)
    signal = expected_errors(view, wish, lore=Lore(LABELS, errors=replace(model(), again=second)))
    assert signal is not None
    return signal


TILES = look("tiles", Seen(label=CAR, score=0.75), Seen(label=CAR, score=0.5, box=(0, 300, 50, 350)))
MIRROR = look("mirror", Seen(label=PERSON, score=0.25))


def test_a_frame_that_was_looked_at_again_is_judged_by_what_all_looks_see() -> None:
    signal = after(TILES, MIRROR)

    expected = 1 + 2 + 3  # two of the first look, two of the tiles and one of the mirror image, all apart
    assert expected / (HALF + expected) == pytest.approx(signal.value)
    assert signal.text.startswith("6.0 errors expected after another look (tiles, mirror): 2 candidates between")


def test_a_look_that_nobody_has_fitted_does_no_harm_and_one_that_is_missing_leaves_the_first_judgement() -> None:
    exact = look("fp32", Seen(score=0.9), signal="disagreement")

    assert after(MIRROR, exact, TILES) == after(TILES, MIRROR)
    assert 1 / (HALF + 1) == pytest.approx(after(TILES, exact).value)
    assert "after another look" not in after(TILES).text


def test_labels_that_were_not_asked_for_are_left_out_of_further_looks_too() -> None:
    people = Measure("expected_errors", frozenset({PERSON}))

    assert 3 / (HALF + 3) == pytest.approx(after(TILES, MIRROR, wish=people).value)
