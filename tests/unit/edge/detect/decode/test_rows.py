"""Tests of what is left of a YOLO's places after suppression."""

import numpy as np

from askance.edge.detect.decode.candidates import Candidates
from askance.edge.detect.decode.rows import Rows, sure_pairs
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.fit import Fit

FIT = Fit(32, 32, 16, 16, scale=(0.5, 0.5), shift=(0, 0), rows=(0, 16), columns=(0, 16))
NAMED = np.array([True, False, True])


def settle(*, most: int = 9) -> Candidates:
    """Settle three places: two alike of class 0, and one of class 2."""
    middles = np.array([[8.0, 8, 4, 4], [8, 8.5, 4, 4], [2, 2, 4, 4]])
    scores = np.array([[0.9, 0.3, 0.1], [0.7, 0.0, 0.2], [0.2, 0.1, 1.01]], np.float32)
    rows = Rows(middles, scores, np.array([0, 0, 2]), np.empty((3, 0)))
    return rows.settle(Tail(), iou=0.5, most=most, named=NAMED, outputs={}, fit=FIT)


def test_the_best_stays_and_is_carried_to_the_frame() -> None:
    found = settle()
    np.testing.assert_allclose(found.boxes, [[12, 12, 20, 20], [0, 0, 8, 8]])
    np.testing.assert_allclose(found.scores, [0.9, 1.0])
    assert [0, 2] == found.columns.tolist()
    assert found.shapes is None


def test_the_scores_of_all_named_classes_come_with_it() -> None:
    found = settle()
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.9, 0.1], [0.2, 1.0]])


def test_what_it_suppressed_is_remembered() -> None:
    support = settle().support
    assert support is not None
    assert [2, 1] == support.rivals.count.tolist()
    np.testing.assert_allclose(support.rivals.score_mean, [0.8, 1.0])
    np.testing.assert_allclose(support.rivals.iou_mean, [3.5 / 4.5, 1.0], rtol=1e-6)


def test_only_the_best_of_too_many_are_returned() -> None:
    assert [0] == settle(most=1).columns.tolist()


def test_an_object_and_its_class_have_to_be_sure_together() -> None:
    objects = np.array([0.5, 0.9, 0.04, 0.9], np.float32)
    classes = np.array([[0.9, 0, 0.1], [0.1, 0.99, 0.8], [1, 1, 1], [0, 0.9, 0.01]], np.float32)
    places, columns, products = sure_pairs(objects, classes, floor=0.05, named=NAMED)
    assert ([1, 0], [2, 0]) == (places.tolist(), columns.tolist())
    np.testing.assert_allclose(products, [[0.09, 0.891, 0.72], [0.45, 0, 0.05]], rtol=1e-6)


def test_without_an_object_there_is_no_pair() -> None:
    places, columns, products = sure_pairs(np.zeros(4), np.ones((4, 3)), floor=0.05, named=NAMED)
    assert (0, 0, (0, 3)) == (len(places), len(columns), products.shape)
