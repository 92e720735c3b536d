"""Tests of landmarks that have no scores of their own."""

import numpy as np

from askance.edge.detect.decode.landmarks import skeletons


def test_each_point_is_as_sure_as_its_object() -> None:
    one, other = skeletons(np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]), np.array([0.9, 0.4]))
    assert [[1.0, 2.0, 0.9], [3.0, 4.0, 0.9]] == one.points.tolist()
    assert [[5.0, 6.0, 0.4], [7.0, 8.0, 0.4]] == other.points.tolist()


def test_no_object_has_no_landmarks() -> None:
    assert () == skeletons(np.empty((0, 10)), np.empty(0))
