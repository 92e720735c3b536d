"""Shapes say at birth what they were given wrongly."""

from collections.abc import Callable

import numpy as np
import pytest

from askance.edge.shapes import Outline, Region, Scope, Shape, Skeleton, Solid, Turned, Whole, moved


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(
            lambda: Region(0, 0, np.zeros((2, 2, 1), np.bool_), Scope.INSTANCE), r"\(2, 2, 1\)", id="a mask of planes"
        ),
        pytest.param(lambda: Outline(np.zeros((2, 2))), r"\(2, 2\)", id="a polygon of two corners"),
        pytest.param(lambda: Outline(np.zeros((4, 3))), r"\(4, 3\)", id="corners in space"),
        pytest.param(lambda: Outline(np.zeros(8)), r"\(8,\)", id="a flat ring"),
        pytest.param(lambda: Skeleton(np.zeros((5, 2))), r"\(5, 2\)", id="points without scores"),
        pytest.param(lambda: Skeleton(np.zeros(15)), r"\(15,\)", id="flat points"),
        pytest.param(lambda: Solid(np.zeros((8, 2))), r"\(8, 2\)", id="a cuboid without its centre"),
    ],
)
def test_a_shape_of_the_wrong_shape_is_not_born(make: Callable[[], Shape], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_right_shapes_are_taken_as_they_are() -> None:
    mask = np.ones((2, 3), np.bool_)

    assert Region(1, 2, mask, Scope.SEMANTIC).inside is mask
    assert (4, 2) == Outline(np.zeros((4, 2))).ring.shape
    assert (5, 3) == Skeleton(np.zeros((5, 3))).points.shape
    assert (9, 2) == Solid(np.zeros((9, 2))).points.shape


def corners(shape: Shape) -> list[float]:
    """All numbers of a shape that say where it lies."""
    match shape:
        case Whole():
            return []
        case Turned():
            return [*shape.centre, *shape.size, shape.degrees]
        case Region():
            return [shape.left, shape.top, *np.argwhere(shape.inside).ravel().tolist()]
        case Outline():
            return [float(number) for number in shape.ring.ravel()]
        case Skeleton() | Solid():
            return [float(number) for number in shape.points.ravel()]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(Whole(), [], id="tag"),
        pytest.param(Turned((5.0, 6.0), (3.0, 2.0), 30.0), [15.0, 26.0, 3.0, 2.0, 30.0], id="rotated box"),
        pytest.param(Region(1, 2, np.eye(2, dtype=np.bool_), Scope.INSTANCE), [11, 22, 0, 0, 1, 1], id="mask"),
        pytest.param(Outline(np.array([[0.0, 1], [2, 3], [4, 5]])), [10, 21, 12, 23, 14, 25], id="polygon"),
        pytest.param(Skeleton(np.array([[1.0, 2.0, 0.5]])), [11.0, 22.0, 0.5], id="keypoints"),
        pytest.param(Solid(np.zeros((9, 2))), [10.0, 20.0] * 9, id="cuboid"),
    ],
)
def test_a_shape_is_moved_without_a_change_of_its_form(shape: Shape, expected: list[float]) -> None:
    assert expected == corners(moved(shape, by=(10, 20)))
