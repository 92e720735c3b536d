"""Candidates are chosen by label and ordered by doubt."""

import numpy as np
import pytest

from askance.edge.score.candidates import and_more, chosen, most_doubtful, most_undecided, worst
from askance.edge.values import Measure
from support_scenes import CAR, PERSON, scene


def test_labels_choose_the_candidates() -> None:
    found = scene((CAR, 0.5), (PERSON, 0.4))
    assert chosen(found, Measure("x", frozenset({PERSON}))).tolist() == [False, True]
    assert chosen(found, Measure("x", frozenset())).tolist() == [False, False]
    assert chosen(found, Measure("x")).tolist() == [True, True]


def test_the_greatest_doubts_come_first_and_none_is_left_out_before_the_limit() -> None:
    doubts = np.array([0.1, 0.0, 0.9, 0.9, 0.2])
    assert most_doubtful(doubts, most=9) == (2, 3, 4, 0)
    assert most_doubtful(doubts, most=2) == (2, 3)


@pytest.mark.parametrize(
    ("labels", "most", "expected"),
    [(None, 9, [1, 2, 3]), (None, 2, [1, 2]), ({PERSON}, 9, [2, 3]), ({PERSON}, 1, [2]), (set[int](), 9, [])],
)
def test_the_most_undecided_candidates_that_count_come_first(
    labels: set[int] | None, most: int, expected: list[int]
) -> None:
    seen = scene((CAR, 1.0), (CAR, 0.5), (PERSON, 0.375), (PERSON, 0.25))
    wish = Measure("x", None if labels is None else frozenset(labels))
    assert most_undecided(seen, wish, most=most).tolist() == expected


def test_the_worst_are_those_at_least_half_as_doubtful_as_the_greatest() -> None:
    doubts = np.array([0.4, 0.0, 0.8, 0.39, 0.8])
    assert worst(doubts, most=9) == (0.8, (2, 4, 0))
    assert worst(doubts, most=2) == (0.8, (2, 4))


@pytest.mark.parametrize("number", [0, 3])
def test_where_nothing_is_doubtful_nobody_is_the_worst(number: int) -> None:
    assert worst(np.zeros(number), most=9) == (0.0, ())


def test_a_sentence_says_how_many_it_leaves_out() -> None:
    assert (and_more(0), and_more(3)) == ("", ", and 3 more")
