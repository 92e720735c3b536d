"""Tests of what is told of suppressed boxes, against a loop that one can read."""

import math
import statistics

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode.clusters import cluster, pairwise_iou
from askance.edge.detect.decode.nms import suppress

IOU = 0.35000001  # not a ratio of small integers: on the threshold itself, rounding would decide


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    common = float(np.prod(np.maximum(sides, 0)))
    return common / (area(one) + area(other) - common)


def area(box: NDArray[np.float64]) -> float:
    return float(np.prod(box[2:] - box[:2]))


def crowd(seed: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 12, (count, 2))
    boxes = np.concatenate([corners, corners + random.uniform(2, 9, (count, 2))], axis=1)
    return boxes, np.sort(random.uniform(0, 1, count))[::-1], random.integers(0, 2, count).astype(np.intp)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 40))
def test_every_rival_is_counted_where_it_overlaps_most(seed: int, count: int) -> None:
    boxes, scores, classes = crowd(seed, count)
    kept = suppress(boxes, classes, iou=IOU, most=count)
    told = cluster(boxes, scores, classes=classes, kept=kept, iou=IOU).rivals
    members: dict[int, list[int]] = {int(index): [] for index in kept}
    for index in range(count):
        rivals = [other for other in members if classes[other] == classes[index]]
        best = max(rivals, key=lambda other: overlap(boxes[index], boxes[other]), default=None)
        if best is not None and overlap(boxes[index], boxes[best]) > IOU:
            members[best].append(index)
    for row, (index, group) in enumerate(members.items()):
        suppressed = [overlap(boxes[index], boxes[other]) for other in group if other != index]
        expected = (
            len(group),
            statistics.fmean(scores[group]),
            statistics.pstdev(scores[group]),
            statistics.fmean(suppressed) if suppressed else 1.0,
            statistics.pstdev([math.log(area(boxes[other])) for other in group]),
        )
        got = (told.count, told.score_mean, told.score_std, told.iou_mean, told.size_std)
        np.testing.assert_allclose([float(column[row]) for column in got], expected, atol=1e-5)


def test_a_box_without_area_stands_for_itself() -> None:
    point = np.array([[3.0, 3.0, 3.0, 3.0]])
    told = cluster(point, np.array([0.5]), classes=np.array([0]), kept=np.array([0]), iou=0.5).rivals
    assert ([1.0], [0.5], [0.0], [1.0], [0.0]) == tuple(
        column.tolist() for column in (told.count, told.score_mean, told.score_std, told.iou_mean, told.size_std)
    )


def test_boxes_without_area_overlap_nothing() -> None:
    point = np.array([[3.0, 3.0, 3.0, 3.0]])
    assert 0.0 == pairwise_iou(point, point).item()
