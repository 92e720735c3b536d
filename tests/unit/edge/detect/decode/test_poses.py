"""Tests of the keypoints that follow a box."""

import numpy as np

from askance.edge.detect.decode.poses import PoseTail
from askance.edge.detect.fit import Fit

# Half the size, put 10 pixels lower.
FIT = Fit(40, 40, 20, 40, scale=(0.5, 0.5), shift=(0, 10), rows=(10, 30), columns=(0, 20))
NONE = np.empty((1, 4))


def test_points_come_in_pixels_of_the_frame_with_their_scores() -> None:
    tail = PoseTail(2, values=3)
    assert 6 == tail.numbers
    rows = np.array([[5, 20, 0.25, -1, 30, 1.001]], np.float32)
    (one,) = tail.shapes(NONE, rows, boxes=NONE, outputs={}, fit=FIT)
    np.testing.assert_allclose(one.points, [[10, 20, 0.25], [-2, 40, 1.0]])


def test_points_without_a_score_are_as_sure_as_their_object() -> None:
    tail = PoseTail(2, values=2)
    (one,) = tail.shapes(NONE, np.array([[5.0, 20, 0, 10]]), boxes=NONE, outputs={}, fit=FIT)
    assert [[10, 20, 1], [0, 0, 1]] == one.points.tolist()


def test_no_object_has_no_skeleton() -> None:
    assert () == PoseTail(2, values=3).shapes(NONE[:0], np.empty((0, 6)), boxes=NONE[:0], outputs={}, fit=FIT)
