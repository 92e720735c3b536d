"""Objects that two classes claim are doubtful."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.margin import margin
from askance.edge.values import Measure, Signal
from support_scenes import BICYCLE, CAR, LORE, PERSON, scene, still

ANY = Measure("margin")
rows = st.lists(st.tuples(*[st.floats(0, 1, width=32)] * 3), max_size=20)


def measured(table: Sequence[tuple[float, ...]], *, wish: Measure = ANY) -> Signal:
    found = [(1 + int(np.argmax(row)), max(row)) for row in table]
    signal = margin(still(scene(*found, class_scores=table)), wish, lore=LORE)
    assert signal is not None
    return signal


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param([(0.5, 0.5, 0.0)], 0.5, id="tie"),
        pytest.param([(0.9, 0.1, 0.0)], 0.18, id="clear"),
        pytest.param([(0.05, 0.05, 0.0)], 0.05, id="noise"),
        pytest.param([(0.9, 0.1, 0.0), (0.0, 0.6, 0.5)], 0.54, id="greatest-counts"),
        pytest.param([(0.0, 0.0, 0.0)], 0.0, id="nothing-claimed"),
    ],
)
def test_the_value_follows_the_formula(table: list[tuple[float, ...]], expected: float) -> None:
    assert measured(table).value == pytest.approx(expected, abs=1e-6)


def test_the_sentence_gives_both_scores() -> None:
    signal = measured([(0.9, 0.1, 0.0), (0.0, 0.41, 0.45), (0.5, 0.5, 0.0)])
    assert signal.objects == (2, 1)
    assert signal.text == "person: two classes within 0.00, 0.50 and 0.50, and 1 more"


def test_only_the_labels_that_were_asked_for_count() -> None:
    table = [(0.5, 0.5, 0.0), (0.0, 0.0, 0.6)]
    assert measured(table, wish=Measure("margin", frozenset({CAR}))).objects == (1,)
    assert measured(table, wish=Measure("margin", frozenset({BICYCLE}))).value == 0.0


def test_an_empty_frame_has_no_doubt() -> None:
    empty = replace(scene(), class_scores=np.zeros((0, 3), dtype=np.float32))
    assert margin(still(empty), ANY, lore=LORE) == Signal("margin", 0.0, (), "no object that a second class claims")


@pytest.mark.parametrize("table", [None, [(0.4,)]], ids=["no-class-scores", "one-class"])
def test_a_detector_without_rivals_has_no_margin(table: list[tuple[float, ...]] | None) -> None:
    assert margin(still(scene((PERSON, 0.4), class_scores=table)), ANY, lore=LORE) is None


@given(rows.filter(bool), st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(table: list[tuple[float, ...]], seed: int) -> None:
    shuffled = Random(seed).sample(table, len(table))  # noqa: S311 (a test's shuffle)
    assert measured(table).value == measured(shuffled).value


@given(rows.filter(bool), st.tuples(*[st.floats(0, 1, width=32)] * 3))
def test_one_more_object_never_lowers_the_value(table: list[tuple[float, ...]], more: tuple[float, ...]) -> None:
    assert measured(table).value <= measured([*table, more]).value
