"""A scene full of undecided candidates is doubtful."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.binary_entropy import TOP
from askance.edge.score.entropy import entropy
from askance.edge.values import Measure
from support_scenes import CAR, LORE, NAMES, PERSON, scene, still

ANY = Measure("entropy")
objects = st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.floats(0, 1, width=32)), max_size=40)


def value(*found: tuple[int, float], wish: Measure = ANY) -> float:
    return entropy(still(scene(*found)), wish, lore=LORE).value


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([], 0.0, id="nothing"),
        pytest.param([(CAR, 1.0), (CAR, 0.0)], 0.0, id="decided"),
        pytest.param([(CAR, 0.5)], 1 / TOP, id="one"),
        pytest.param([(CAR, 0.5)] * 30, 1.0, id="more-than-the-top"),
        pytest.param([(CAR, 0.99)] * 20 + [(CAR, 0.5)] * 20, 1.0, id="the-most-undecided-count"),
    ],
)
def test_the_value_follows_the_formula(found: list[tuple[int, float]], expected: float) -> None:
    assert value(*found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        pytest.param([], "nothing to be undecided about", id="nothing"),
        pytest.param([(CAR, 0.5)], "1 candidate holds 1.0 bits of doubt, most of it car at 0.50", id="one"),
        pytest.param(
            [(CAR, 0.9), (PERSON, 0.5)], "2 candidates hold 1.5 bits of doubt, most of it person at 0.50", id="two"
        ),
    ],
)
def test_the_sentence_says_how_many_and_what(found: list[tuple[int, float]], text: str) -> None:
    assert text == entropy(still(scene(*found)), ANY, lore=LORE).text


def test_only_the_labels_that_were_asked_for_count() -> None:
    assert value((CAR, 0.5), (PERSON, 0.5), wish=Measure("entropy", frozenset({CAR}))) == pytest.approx(1 / TOP)


@given(objects, st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(found: list[tuple[int, float]], seed: int) -> None:
    shuffled = Random(seed).sample(found, len(found))  # noqa: S311 (a test's shuffle)
    assert value(*found) == value(*shuffled)


@given(objects, st.sampled_from(sorted(NAMES)), st.floats(0, 1, width=32))
def test_one_more_candidate_never_lowers_the_value(found: list[tuple[int, float]], label: int, score: float) -> None:
    assert value(*found) <= value(*found, (label, score)) <= 1.0
