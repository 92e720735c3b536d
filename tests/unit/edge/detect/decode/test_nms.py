"""Tests of non-maximum suppression against a brute force that one can read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode.nms import suppress


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    common = float(np.prod(np.maximum(sides, 0)))
    return common / (float(np.prod(one[2:] - one[:2])) + float(np.prod(other[2:] - other[:2])) - common)


def brute(boxes: NDArray[np.float64], classes: NDArray[np.intp], iou: float) -> list[int]:
    kept: list[int] = []
    for index in range(len(boxes)):
        rivals = [other for other in kept if classes[other] == classes[index]]
        if all(overlap(boxes[index], boxes[other]) <= iou for other in rivals):
            kept.append(index)
    return kept


def crowd(seed: int, count: int, classes: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Boxes on a coarse grid around the origin: many touch, many are equal, many lie at negative coordinates."""
    random = np.random.default_rng(seed)
    corners = random.integers(-12, 12, (count, 2)).astype(np.float64)
    boxes = np.concatenate([corners, corners + random.integers(1, 12, (count, 2))], axis=1)
    return boxes, random.integers(0, classes, count).astype(np.intp)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 60),
    classes=st.integers(1, 5),
    # Not a ratio of small integers: on the threshold itself, rounding would decide.
    iou=st.sampled_from([0.2937, 0.4871, 0.6113]),
)
def test_it_agrees_with_brute_force(seed: int, count: int, classes: int, iou: float) -> None:
    boxes, groups = crowd(seed, count, classes)
    assert brute(boxes, groups, iou) == suppress(boxes, groups, iou=iou, most=1000).tolist()


@pytest.mark.parametrize("most", [1, 40, 200, 1000])
def test_looking_at_the_best_few_hundred_first_changes_nothing(most: int) -> None:
    boxes, groups = crowd(7, 900, 3)
    assert brute(boxes, groups, 0.6113)[:most] == suppress(boxes, groups, iou=0.6113, most=most).tolist()


def test_boxes_of_different_classes_do_not_disturb_each_other() -> None:
    boxes = np.tile([-4.0, -4.0, 4.0, 4.0], (3, 1))
    assert [0, 1] == suppress(boxes, np.array([80, 2, 80], np.intp), iou=0.5, most=10).tolist()


def test_no_boxes_give_no_boxes() -> None:
    assert 0 == len(suppress(np.empty((0, 4)), np.empty(0, np.intp), iou=0.5, most=10))
