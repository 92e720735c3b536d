"""Tests of average precision against pycocotools, which computes the same."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from askance.edge.detect.decode import Candidates
from askance.models.precision import ap50
from askance.models.truth import Objects

Row = tuple[int, int, int, float]


def boxes(rows: list[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([[x, y, x + 10, y + 12] for _, x, y, _ in rows], np.float64).reshape(-1, 4)


def photo(found: list[Row], labelled: list[Row]) -> tuple[Candidates, Objects]:
    found = sorted(found, key=lambda row: -row[3])
    seen = Candidates(boxes(found), np.array([row[3] for row in found]), np.array([row[0] for row in found], np.intp))
    return seen, Objects(boxes(labelled), np.array([row[0] for row in labelled], np.intp), np.arange(3))


def reference(found: list[Candidates], truth: list[Objects]) -> float:
    dataset: dict[str, Any] = {"images": [{"id": i} for i in range(len(truth))], "annotations": [], "info": {}}
    dataset["categories"] = [{"id": each} for each in range(3)]
    for image, objects in enumerate(truth):
        for (x, y, right, bottom), column in zip(objects.boxes.tolist(), objects.columns.tolist(), strict=True):
            row = {"id": len(dataset["annotations"]) + 1, "image_id": image, "category_id": column, "iscrowd": 0}
            dataset["annotations"].append(row | {"bbox": [x, y, right - x, bottom - y], "area": 120})
    rows: list[dict[str, Any]] = [
        {"image_id": image, "category_id": column, "score": score, "bbox": [x, y, right - x, bottom - y]}
        for image, seen in enumerate(found)
        for (x, y, right, bottom), score, column in zip(
            seen.boxes.tolist(), seen.scores.tolist(), seen.columns.tolist(), strict=True
        )
    ]
    coco: Any = COCO()  # its stubs know one kind of data set
    coco.dataset = dataset
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        evaluation: Any = COCOeval(coco, coco.loadRes(rows), "bbox")
        evaluation.params.iouThrs = np.array([0.5])
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][0, :, :, 0, -1]
    return float(precision[precision > -1].mean())


row = st.tuples(
    st.integers(0, 2), st.integers(0, 20), st.integers(0, 20), st.integers(1, 10**6).map(lambda n: n / 10**6)
)
rows = st.lists(row, max_size=8, unique_by=lambda each: each[3])


@settings(max_examples=60)
@given(st.lists(st.tuples(rows, rows), min_size=1, max_size=3))
def test_it_is_what_pycocotools_computes(photos: list[tuple[list[Row], list[Row]]]) -> None:
    found, truth = zip(*(photo(seen, labelled) for seen, labelled in photos), strict=True)
    got = ap50(found, truth)
    if not any(labelled for _, labelled in photos):
        assert got is None
    elif any(seen for seen, _ in photos):
        assert pytest.approx(reference(list(found), list(truth))) == got


def test_no_photos_have_no_precision() -> None:
    assert ap50([], []) is None
