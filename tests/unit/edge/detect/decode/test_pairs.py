"""Tests of which pairs of place and class are looked at, against a loop that one can read."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode.pairs import MOST_PAIRS, best_pairs, hot_pairs

TABLES = st.tuples(st.integers(0, 30), st.integers(1, 6), st.integers(0, 2**32 - 1))


def table(places: int, classes: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores with many ties, and which classes have a name."""
    random = np.random.default_rng(seed)
    return random.integers(0, 5, (places, classes)) / 4, random.random(classes) < 0.7


@given(given=TABLES, floor=st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_hot_pairs_are_all_from_the_floor_up_best_first(given: tuple[int, int, int], floor: float) -> None:
    scores, named = table(*given)
    expected = sorted(
        (-scores[place, column], place, column)
        for place in range(len(scores))
        for column in range(scores.shape[1])
        if named[column] and scores[place, column] >= floor
    )
    places, columns = hot_pairs(scores, floor=floor, named=named)
    assert [(place, column) for _, place, column in expected] == list(
        zip(places.tolist(), columns.tolist(), strict=True)
    )


@given(given=TABLES, floor=st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_best_pairs_are_one_a_place_with_its_first_best_class(given: tuple[int, int, int], floor: float) -> None:
    scores, named = table(*given)
    expected: list[tuple[float, int, int]] = []
    for place in range(len(scores)):
        best = max(((scores[place, column], -column) for column in range(len(named)) if named[column]), default=None)
        if best is not None and best[0] >= floor:
            expected.append((-best[0], place, -best[1]))
    places, columns = best_pairs(np.ascontiguousarray(scores.T), floor=floor, named=named)
    assert [(place, column) for _, place, column in sorted(expected)] == list(
        zip(places.tolist(), columns.tolist(), strict=True)
    )


def test_a_ruined_file_gives_no_more_than_can_be_looked_at() -> None:
    named = np.ones(2, np.bool_)
    assert len(hot_pairs(np.ones((MOST_PAIRS, 2)), floor=0.5, named=named)[0]) == MOST_PAIRS
    assert len(best_pairs(np.ones((2, 2 * MOST_PAIRS)), floor=0.5, named=named)[0]) == MOST_PAIRS
