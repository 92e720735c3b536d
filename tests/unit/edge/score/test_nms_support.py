"""Objects that no other box stands behind are doubtful."""

from collections.abc import Sequence
from dataclasses import replace
from math import exp
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.decode.clusters import cluster
from askance.edge.detections import Rivals, Support
from askance.edge.score.nms_support import nms_support
from askance.edge.values import Measure, Signal
from support_scenes import CAR, LORE, PERSON, scene, still

ANY = Measure("nms_support")
Backed = tuple[float, float, float, float, float]
"""Score, count, mean score of the cluster, mean IoU, spread of sizes."""

backed = st.tuples(
    st.floats(0.5, 1, width=32),
    st.integers(1, 30).map(float),
    st.floats(0, 1, width=32),
    st.floats(0, 1, width=32),
    st.floats(0, 2, width=32),
)


def measured(*rows: Backed, wish: Measure = ANY, labels: Sequence[int] | None = None) -> Signal:
    scores, *columns = np.array(rows, np.float32).reshape(-1, 5).T
    count, mean, iou, size = columns
    support = Support(len(rows), lambda: Rivals(count, mean, np.zeros_like(mean), iou, size))
    found = scene(*zip(labels or [CAR] * len(rows), scores.tolist(), strict=True))
    signal = nms_support(still(replace(found, support=support)), wish, lore=LORE)
    assert signal is not None
    return signal


@pytest.mark.parametrize(
    ("row", "mass"),
    [
        pytest.param((0.9, 1, 0.9, 1.0, 0.0), 0.0, id="alone"),
        pytest.param((0.8, 3, 0.6, 1.0, 0.0), 1.0, id="two agree"),
        pytest.param((0.8, 3, 0.6, 0.5, 0.0), 0.5, id="on another place"),
        pytest.param((0.8, 3, 0.6, 1.0, 1.0), exp(-1), id="of other sizes"),
    ],
)
def test_the_value_follows_the_formula(row: Backed, mass: float) -> None:
    assert measured(row).value == pytest.approx(1 / (1 + mass), abs=1e-6)


def test_the_worst_supported_object_speaks() -> None:
    signal = measured((0.9, 9, 0.8, 0.9, 0.0), (0.8, 3, 0.5, 1.0, 0.0), (0.7, 1, 0.7, 1.0, 0.0), labels=[CAR, 1, 2])
    assert (signal.objects, signal.text) == ((2, 1), "bicycle scored 0.70, and no other box agrees, and 1 more")
    assert measured((0.8, 3, 0.6, 1.0, 0.0)).text == "car scored 0.80, and 2 boxes with 1.0 of score agree"


def test_what_is_not_reported_not_asked_for_or_not_known_is_not_doubted() -> None:
    nothing = Signal("nms_support", 0.0, (), "no object whose support is known")
    assert measured() == nothing
    assert measured((0.4, 1, 0.4, 1.0, 0.0)) == nothing
    assert measured((0.9, 1, 0.9, 1.0, 0.0), wish=Measure("nms_support", frozenset({PERSON}))) == nothing
    assert measured((0.9, np.nan, np.nan, np.nan, np.nan)) == nothing


def test_a_detector_that_suppresses_nothing_has_no_support() -> None:
    assert nms_support(still(scene((CAR, 0.9))), ANY, lore=LORE) is None


def test_the_clusters_of_the_suppression_are_understood() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60]], np.float64)
    kept = np.array([0, 2])
    support = cluster(boxes, np.array([0.9, 0.8, 0.7]), classes=np.zeros(3, np.intp), kept=kept, iou=0.5)
    found = replace(scene((CAR, 0.9), (CAR, 0.7)), support=support)
    signal = nms_support(still(found), ANY, lore=LORE)
    assert signal is not None
    assert (signal.value, signal.objects[0]) == (1.0, 1)


@given(st.lists(backed, max_size=12), st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(rows: list[Backed], seed: int) -> None:
    shuffled = Random(seed).sample(rows, len(rows))  # noqa: S311 (a test's shuffle)
    assert measured(*rows).value == measured(*shuffled).value


@given(backed, st.floats(0, 1, width=32), st.floats(0, 2, width=32))
def test_more_agreement_never_raises_the_doubt(row: Backed, iou: float, spread: float) -> None:
    score, count, mean, _, _ = row
    worse, better = sorted((iou, row[3]))
    wide, narrow = sorted((spread, row[4]), reverse=True)
    doubts = [
        measured((score, number, mean, near, size)).value
        for number, near, size in ((count, worse, wide), (count, better, wide), (count, better, narrow))
    ]
    assert doubts == sorted(doubts, reverse=True)
    assert 0 <= doubts[-1] <= doubts[0] <= 1
