"""Objects of classes that few have labelled are worth more."""

from dataclasses import replace
from math import log1p
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.rare_class import rare_class
from askance.edge.values import Measure, Signal
from support_scenes import BICYCLE, CAR, LORE, NAMES, PERSON, scene, still

ANY = Measure("rare_class")
COUNTS = {PERSON: 1000, BICYCLE: 10}
objects = st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.floats(0, 1, width=32)), max_size=40)
counts = st.dictionaries(st.sampled_from(sorted(NAMES)), st.integers(0, 10**6))


def measured(*found: tuple[int, float], wish: Measure = ANY, labelled: dict[int, int] | None = None) -> Signal:
    lore = replace(LORE, counts=COUNTS if labelled is None else labelled)
    signal = rare_class(still(scene(*found)), wish, lore=lore)
    assert signal is not None
    return signal


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([], 0.0, id="nothing"),
        pytest.param([(PERSON, 0.9)], 0.0, id="the commonest"),
        pytest.param([(CAR, 0.75)], 0.75, id="never labelled"),
        pytest.param([(BICYCLE, 0.75)], 0.75 * (1 - log1p(10) / log1p(1000)), id="seldom"),
        pytest.param([(PERSON, 0.9), (CAR, 0.25), (BICYCLE, 0.5)], 0.5 * (1 - log1p(10) / log1p(1000)), id="greatest"),
    ],
)
def test_the_value_follows_the_formula(found: list[tuple[int, float]], expected: float) -> None:
    assert measured(*found).value == pytest.approx(expected)


def test_the_sentence_says_how_often_the_class_was_labelled() -> None:
    signal = measured((PERSON, 0.9), (BICYCLE, 0.75), (BICYCLE, 0.5))
    assert (signal.objects, signal.text) == ((1, 2), "bicycle at 0.75, labelled 10 times so far, and 1 more")
    assert measured((CAR, 0.7)).text == "car at 0.70, labelled 0 times so far"


def test_only_the_labels_that_were_asked_for_count() -> None:
    rare = Measure("rare_class", frozenset({PERSON}))
    assert measured((CAR, 0.75), wish=rare) == Signal("rare_class", 0.0, (), "no class that is rare")


def test_without_counts_nothing_can_be_said_and_where_all_are_0_nothing_is_rare() -> None:
    assert rare_class(still(scene((CAR, 0.9))), ANY, lore=LORE) is None
    assert measured((CAR, 0.9), labelled={}).value == 0.0


@given(objects, counts, st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(found: list[tuple[int, float]], given: dict[int, int], seed: int) -> None:
    shuffled = Random(seed).sample(found, len(found))  # noqa: S311 (a test's shuffle)
    assert measured(*found, labelled=given).value == measured(*shuffled, labelled=given).value


@given(objects, counts, st.sampled_from(sorted(NAMES)), st.floats(0, 1, width=32))
def test_one_more_object_never_lowers_the_value(
    found: list[tuple[int, float]], given: dict[int, int], label: int, score: float
) -> None:
    more = measured(*found, (label, score), labelled=given).value
    assert 0 <= measured(*found, labelled=given).value <= more <= 1


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_class_with_fewer_labels_never_counts_less(one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    values = [measured((CAR, 0.5), labelled={PERSON: 1000, CAR: count}).value for count in (fewer, more)]
    assert values[0] >= values[1]
