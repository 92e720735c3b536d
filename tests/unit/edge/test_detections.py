"""Columns of detections belong together, or are not born."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from askance.edge.detections import Detections, Rivals, Support
from askance.edge.shapes import Whole
from support_scenes import CAR, PERSON, scene

TWO = scene((PERSON, 0.9), (CAR, 0.5))


def support(rows: int) -> Support:
    return Support(rows, lambda: Rivals(*(np.arange(rows, dtype=np.float32) + column for column in range(5))))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("boxes", np.zeros((1, 4), np.float32)),
        ("scores", np.zeros((2, 1), np.float32)),
        ("label_ids", np.zeros(3, np.int32)),
        ("reported", np.zeros(1, np.bool_)),
        ("class_scores", np.zeros((1, 7), np.float32)),
        ("class_scores", np.zeros(2, np.float32)),
        ("shapes", (Whole(),)),
        ("support", support(3)),
        ("embeddings", np.zeros((1, 64), np.float32)),
        ("models", ("faces",)),
    ],
)
def test_a_column_of_another_length_is_refused(column: str, value: Any) -> None:  # noqa: ANN401 (any column)
    with pytest.raises(ValueError, match="expected"):
        replace(TWO, **{column: value})


def test_every_column_may_be_there() -> None:
    full = replace(
        TWO,
        shapes=(None, Whole()),
        support=support(2),
        embeddings=np.zeros((2, 64), np.float32),
        models=(None, "faces"),
    )

    assert isinstance(full, Detections)
    assert 2 == len(full)


def test_support_has_as_many_rows_in_every_column() -> None:
    with pytest.raises(ValueError, match="columns of shape"):
        Rivals(*(np.zeros(rows, np.float32) for rows in (2, 2, 2, 1, 2)))


@pytest.mark.parametrize("chosen", [np.array([2, 0]), np.array([False, True, True])], ids=["index", "mask"])
def test_rows_of_the_support_are_taken_together(chosen: np.ndarray[Any, Any]) -> None:
    taken = support(3).take(chosen).rivals

    assert np.arange(3)[chosen].tolist() == taken.count.tolist()
    assert (np.arange(3)[chosen] + 4).tolist() == taken.size_std.tolist()


def test_what_many_ask_for_is_worked_out_once() -> None:
    found = replace(
        scene((CAR, 1.0), (CAR, 0.25), (CAR, 0.5)),
        boxes=np.array([[0, 0, 4, 3], [1, 1, 1, 9], [2, 2, 3, 4]], np.float32),
    )

    assert found.exact_scores.tolist() == [1.0, 0.25, 0.5]
    assert found.bits.tolist() == pytest.approx([0.0, 0.8112781, 1.0])
    assert found.undecided.tolist() == [2, 1, 0]
    assert found.areas.tolist() == [12.0, 0.0, 2.0]
    assert found.bits is found.bits
