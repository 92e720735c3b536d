"""Pairs gain most in total, as trying every one of them shows; and no table is dear."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.assignment import MOST, assign

Table = NDArray[np.float64]

tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 6).map(lambda gain: gain / 6), min_size=columns, max_size=columns),
        min_size=1,
        max_size=5,
    ).map(lambda rows: np.array(rows, np.float64))
)


def chosen(table: Table, *, steps: int = 1000) -> list[tuple[int, int]]:
    rows, columns = table.nonzero()
    found = assign(rows, columns, gains=table[rows, columns], steps=steps)
    return list(zip(rows[found].tolist(), columns[found].tolist(), strict=True))


def total(table: Table, pairs: list[tuple[int, int]]) -> float:
    return float(sum(table[pair] for pair in pairs))


def most(table: Table) -> float:
    """The greatest total, by trying everything."""
    square = np.zeros((max(table.shape),) * 2)
    square[: table.shape[0], : table.shape[1]] = table
    every = np.arange(len(square))
    return max(float(square[every, list(order)].sum()) for order in permutations(range(len(square))))


def crowd(rows: int, columns: int) -> Table:
    """Gains of which each is as likely as any other: nothing is plain."""
    return np.random.default_rng(7).uniform(0.1, 1.0, (rows, columns))


def once(pairs: list[tuple[int, int]]) -> bool:
    return all(len({pair[side] for pair in pairs}) == len(pairs) for side in (0, 1))


@given(tables)
def test_no_other_choice_gains_more(table: Table) -> None:
    pairs = chosen(table)

    assert once(pairs)
    assert pytest.approx(most(table)) == total(table, pairs)


@given(tables, st.integers(0, 3))
def test_without_steps_enough_every_row_still_takes_what_is_free(table: Table, steps: int) -> None:
    pairs = chosen(table, steps=steps)
    rows, columns = ({pair[side] for pair in pairs} for side in (0, 1))

    assert once(pairs)
    assert all(table[pair] > 0 for pair in pairs)
    assert not [pair for pair in zip(*table.nonzero(), strict=True) if pair[0] not in rows and pair[1] not in columns]


def test_the_best_pair_gives_way_where_two_others_gain_more() -> None:
    assert [(0, 1), (1, 0)] == chosen(np.array([[0.9, 0.7], [0.6, 0.0]]))


def test_a_good_pair_stays_where_two_others_gain_less() -> None:
    assert [(0, 0)] == chosen(np.array([[0.9, 0.3], [0.5, 0.0]]))


def test_a_row_that_gains_less_than_it_costs_stays_alone() -> None:
    assert [(0, 0), (2, 1)] == chosen(np.array([[0.9, 0.0], [0.5, 0.2], [0.0, 0.8]]))


def test_nothing_to_choose_from_is_no_pair() -> None:
    assert [] == chosen(np.zeros((3, 4)))
    assert [] == chosen(np.zeros((0, 4)))


def test_of_equal_pairs_the_first_column_is_taken() -> None:
    assert [(0, 0)] == chosen(np.ones((1, 3)))


def test_a_crowd_is_paired_once_whether_the_steps_suffice_or_not() -> None:
    table = crowd(30, 60)
    exact, hasty = chosen(table, steps=10**6), chosen(table, steps=5)

    assert once(exact)
    assert once(hasty)
    assert len(exact) == len(hasty) == 30
    assert total(table, exact) > total(table, hasty) > 0.9 * total(table, exact)


def test_of_very_many_pairs_only_the_best_are_looked_at() -> None:
    table = crowd(80, 90)
    least = np.sort(table.ravel())[-MOST]
    pairs = chosen(table)

    assert once(pairs)
    assert min(table[pair] for pair in pairs) >= least
    assert total(table, pairs) > 0.9 * total(table, chosen(np.where(table >= least, table, 0.0), steps=10**6))


def test_of_very_many_pairs_that_gain_the_same_every_row_has_one() -> None:
    assert 80 == len(chosen(np.ones((80, 90))))


def test_the_choice_does_not_depend_on_the_order_of_rows_and_columns() -> None:
    table = crowd(8, 12)
    rows, columns = np.random.default_rng(1).permutation(8), np.random.default_rng(2).permutation(12)
    shuffled = {(int(rows[row]), int(columns[column])) for row, column in chosen(table[rows][:, columns])}

    assert set(chosen(table)) == shuffled
