"""Tests of what is held against labels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.models.mistakes import find_mistakes, judgeable, true_positives

Row = tuple[float, float, float, float, float, int]


def seen(*rows: Row) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 6)
    labels = table[:, 5].astype(np.int32)
    return Detections(table[:, :4], table[:, 4], labels, None, table[:, 4] >= 0.5)


def labelled(*rows: tuple[float, float, float, float]) -> NDArray[np.float64]:
    return np.array(rows, np.float64).reshape(-1, 4)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], (0, 1), id="nothing-seen"),
        pytest.param([(0, 0, 10, 10, 0.9, 1)], (0, 0), id="right"),
        pytest.param([(0, 0, 10, 10, 0.4, 1)], (0, 1), id="not-reported"),
        pytest.param([(0, 0, 10, 10, 0.9, 2)], (1, 1), id="wrong-label"),
        pytest.param([(0, 0, 10, 5, 0.9, 1)], (0, 0), id="half"),
        pytest.param([(0, 0, 10, 4.9, 0.9, 1)], (1, 1), id="less-than-half"),
        pytest.param([(0, 0, 10, 10, 0.9, 1), (0, 0, 10, 9, 0.8, 1)], (1, 0), id="twice"),
    ],
)
def test_one_object_is_found_missed_or_doubled(rows: list[Row], expected: tuple[int, int]) -> None:
    found = find_mistakes(seen(*rows), labelled((0, 0, 10, 10)), label_ids=np.array([1], np.int32))
    assert expected == (found.false_positives, found.missed)
    assert sum(expected) == found.count


def test_the_best_takes_the_object_and_the_next_the_other() -> None:
    boxes = labelled((0, 0, 10, 10), (0, 2, 10, 12))
    rows: list[Row] = [(0, 1, 10, 11, 0.9, 1), (0, 0, 10, 10, 0.8, 1)]
    assert 0 == find_mistakes(seen(*rows), boxes[::-1], label_ids=np.array([1, 1], np.int32)).count


def test_where_nothing_is_labelled_everything_reported_is_wrong() -> None:
    found = find_mistakes(seen((0, 0, 9, 9, 0.9, 1)), labelled(), label_ids=np.empty(0, np.int32))
    assert (1, 0) == (found.false_positives, found.missed)


def test_candidates_below_the_threshold_are_true_objects_too_and_duplicates_are_not() -> None:
    rows: list[Row] = [(0, 0, 10, 10, 0.9, 1), (0, 0, 10, 9, 0.8, 1), (20, 0, 30, 10, 0.2, 1), (0, 0, 10, 10, 0.1, 2)]
    boxes = labelled((0, 0, 10, 10), (20, 0, 30, 10))
    right = true_positives(seen(*rows), boxes, label_ids=np.array([1, 1], np.int32))
    assert [True, False, True, False] == right.tolist()
    assert [] == true_positives(seen(), boxes, label_ids=np.array([1, 1], np.int32)).tolist()


def test_candidates_of_labels_that_nobody_has_looked_for_are_neither_right_nor_wrong() -> None:
    found = seen((0, 0, 10, 10, 0.9, 1), (20, 0, 30, 10, 0.8, 2), (20, 0, 30, 10, 0.1, 1))
    left = judgeable(found, np.array([1, 7], np.int32))
    assert ([1, 1], [True, False]) == (left.label_ids.tolist(), left.reported.tolist())
    assert 0 == find_mistakes(left, labelled((0, 0, 10, 10)), label_ids=np.array([1], np.int32)).count
    assert 0 == len(judgeable(found, np.empty(0, np.int32)))
