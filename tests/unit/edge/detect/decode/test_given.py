"""Tests of rows that a graph has chosen itself."""

import numpy as np
import pytest

from askance.edge.detect.decode.given import given_rows

NAMED = np.array([True, False, True])


@pytest.mark.parametrize(
    ("scores", "classes", "expected"),
    [
        pytest.param([0.3, 0.9, 0.3], [0, 2, 2], [(1, 2), (0, 0), (2, 2)], id="best first, equal ones in order"),
        pytest.param([0.05, 0.04], [0, 0], [(0, 0)], id="the floor is reached exactly"),
        pytest.param([0.9, 0.9], [1, 2], [(1, 2)], id="a class without a name"),
        pytest.param([0.9, 0.9, 0.9], [-1, 3, 1e30], [], id="classes that the card has not"),
        pytest.param([0.9, 0.9], [1.9996, 0.0004], [(0, 2), (1, 0)], id="classes in eight bits"),
        pytest.param([], [], [], id="nothing"),
    ],
)
def test_rows_are_read_as_they_stand(
    scores: list[float], classes: list[float], expected: list[tuple[int, int]]
) -> None:
    rows, columns = given_rows(
        np.array(scores, np.float32), np.array(classes, np.float32), floor=float(np.float32(0.05)), most=9, named=NAMED
    )
    assert expected == list(zip(rows.tolist(), columns.tolist(), strict=True))


def test_classes_may_be_whole_numbers_and_only_the_best_are_returned() -> None:
    rows, columns = given_rows(
        np.array([0.1, 0.8, 0.5]), np.array([0, 2, 0], np.int64), floor=0.05, most=2, named=NAMED
    )
    assert ([1, 2], [2, 0]) == (rows.tolist(), columns.tolist())
