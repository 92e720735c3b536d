"""Tests that candidates are born with shapes that fit each other."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode.candidates import Candidates
from askance.edge.detections import Support


def test_a_row_each_is_accepted() -> None:
    found = Candidates(np.zeros((2, 4)), np.zeros(2), np.zeros(2, np.intp), class_scores=None)
    assert (2, 4) == found.boxes.shape


@pytest.mark.parametrize(
    ("boxes", "columns"),
    [pytest.param((3, 4), 2, id="boxes"), pytest.param((2, 5), 2, id="corners"), pytest.param((2, 4), 1, id="columns")],
)
def test_rows_that_do_not_fit_are_refused(boxes: tuple[int, int], columns: int) -> None:
    with pytest.raises(ValueError, match=r"expected shapes \(n, 4\), \(n,\), \(n,\), got"):
        Candidates(np.zeros(boxes), np.zeros(2), np.zeros(columns, np.intp), class_scores=None)


@pytest.mark.parametrize(
    "column",
    [
        {"class_scores": np.zeros((1, 3))},
        {"shapes": (None,)},
        {"support": Support(3, lambda: pytest.fail("nobody asked"))},
        {"embeddings": np.zeros((1, 4), np.float32)},
    ],
    ids=["class scores", "shapes", "support", "embeddings"],
)
def test_a_column_of_another_length_is_refused(column: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected 2"):
        Candidates(np.zeros((2, 4)), np.zeros(2), np.zeros(2, np.intp), **column)
