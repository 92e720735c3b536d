"""Tests of what follows a plain box: nothing."""

import numpy as np

from askance.edge.detect.decode.tail import Tail
from support_decode import same

NOTHING = np.empty((3, 0))
# Two on one place, one beside it.
MIDDLES = np.array([[8.0, 8, 4, 4], [8, 8, 4, 4], [2, 2, 4, 4]])


def test_a_plain_box_has_no_numbers_no_outputs_and_no_shape() -> None:
    tail = Tail()
    assert (0, {}, frozenset()) == (tail.numbers, dict(tail.outputs), tail.signals)
    assert tail.shapes(MIDDLES, NOTHING, boxes=tail.upright(MIDDLES, NOTHING), outputs={}, fit=same(width=16)) is None


def test_its_rectangle_is_itself() -> None:
    np.testing.assert_array_equal(Tail().upright(MIDDLES, NOTHING)[1:], [[6, 6, 10, 10], [0, 0, 4, 4]])


def test_boxes_are_suppressed_within_their_class() -> None:
    one, two = np.zeros(3, int), np.array([0, 1, 0])
    assert [0, 2] == Tail().suppress(MIDDLES, NOTHING, classes=one, iou=0.5, most=9).tolist()
    assert [0, 1, 2] == Tail().suppress(MIDDLES, NOTHING, classes=two, iou=0.5, most=9).tolist()
    assert [0, 1] == Tail().suppress(MIDDLES, NOTHING, classes=two, iou=0.5, most=2).tolist()
