"""Numbers of objects that a camera does not usually show are unexpected."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.expectation import Spread, Usual
from askance.edge.score.unexpected_count import RESTLESS, unexpected_count
from askance.edge.values import Measure, Signal
from support_scenes import CAR, LORE, NAMES, PERSON, scene, still

ANY = Measure("unexpected_count")
USUAL = {CAR: Spread(2.0, 0.75)}
objects = st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from([0.3, 0.7])), max_size=20)


def measured(*found: tuple[int, float], wish: Measure = ANY, usual: Usual = USUAL) -> Signal:
    signal = unexpected_count(replace(still(scene(*found)), usual=usual), wish, lore=LORE)
    assert signal is not None
    return signal


def value(count: int, spread: Spread) -> float:
    return measured(*[(CAR, 0.9)] * count, usual={CAR: spread}).value


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([(CAR, 0.9)] * 2, 0.0, id="as usual"),
        pytest.param([(CAR, 0.9)] * 3, 0.5, id="one standard deviation above"),
        pytest.param([(CAR, 0.9)] * 1, 0.5, id="one below"),
        pytest.param([(CAR, 0.9)] * 5, 0.9, id="three"),
        pytest.param([], 0.8, id="none"),
        pytest.param([(CAR, 0.9)] * 2 + [(PERSON, 0.9)], 1 / (1 + RESTLESS), id="what is never there"),
        pytest.param([(CAR, 0.9)] * 2 + [(PERSON, 0.3)], 0.0, id="what is not reported"),
    ],
)
def test_the_value_follows_the_formula(found: list[tuple[int, float]], expected: float) -> None:
    assert measured(*found).value == pytest.approx(expected)


def test_the_sentence_says_what_was_usual() -> None:
    signal = measured((CAR, 0.9), (PERSON, 0.8), (CAR, 0.7), (CAR, 0.6), (PERSON, 0.55), (PERSON, 0.3))
    assert (signal.objects, signal.text) == ((1, 4), "2 of person, usually 0.0 ± 0.0 at this hour")
    assert measured().text == "0 of car, usually 2.0 ± 0.9 at this hour"
    assert measured((CAR, 0.9), (CAR, 0.9)).text == "as many objects as usual"


def test_only_known_labels_that_were_asked_for_count() -> None:
    assert measured(wish=Measure("unexpected_count", frozenset({PERSON}))).value == 0.0
    assert measured(usual={77: Spread(9.0, 0.0)}).value == 0.0


def test_before_anything_is_usual_nothing_can_be_said() -> None:
    assert unexpected_count(still(scene((CAR, 0.9))), ANY, lore=LORE) is None


@given(objects, st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(found: list[tuple[int, float]], seed: int) -> None:
    shuffled = Random(seed).sample(found, len(found))  # noqa: S311 (a test's shuffle)
    assert measured(*found).value == measured(*shuffled).value
    assert 0 <= measured(*found).value < 1


@given(st.integers(0, 9), st.integers(0, 9), st.floats(0, 9), st.floats(0, 9))
def test_a_count_that_is_farther_off_never_counts_less_and_one_that_varies_more_never_more(
    one: int, other: int, variance: float, more: float
) -> None:
    near, far = sorted((one, other))
    assert value(near, Spread(0.0, variance)) <= value(far, Spread(0.0, variance))
    assert value(far, Spread(0.0, variance)) >= value(far, Spread(0.0, variance + more))
