"""Tests of detectors recognised by their cells."""

import pytest

from askance.edge.detect.session import Port
from askance.models.families import recognise
from askance.models.grids import cells


def ports(*shapes: tuple[int | None, ...]) -> list[Port]:
    return [Port(f"out{number}", shape, "tensor(float)") for number, shape in enumerate(shapes)]


def test_cells_are_counted_for_each_stride() -> None:
    assert [2704, 676, 169] == cells((416, 416))
    assert [40 * 23, 20 * 12, 10 * 6] == cells((320, 180))


@pytest.mark.parametrize(
    ("shapes", "sides", "family", "classes"),
    [
        pytest.param([(1, 3549, 85)], 416, "yolox", 80, id="yolox"),
        pytest.param(
            [(1, 2704, 80), (1, 676, 80), (1, 169, 80), (1, 2704, 32), (1, 676, 32), (1, 169, 32)],
            416,
            "nanodet",
            80,
            id="nanodet",
        ),
        pytest.param(
            [
                (1, 1600, 44),
                (1, 1600, 3),
                (1, 400, 44),
                (1, 400, 3),
                (1, 100, 44),
                (1, 100, 3),
                (1, 25, 44),
                (1, 25, 3),
            ],
            320,
            "nanodet",
            3,
            id="nanodet-plus, four strides, distances first",
        ),
        pytest.param([(1, 1917, 1, 4), (1, 1917, 91)], 300, "ssd", 91, id="ssd"),
        pytest.param([(1, 85, 22, 22)], 352, "fastestdet", 80, id="fastestdet"),
        pytest.param([(1, 84, 2100)], 320, "ultralytics", 80, id="yolov8"),
        pytest.param([(1, 6300, 85)], 320, "ultralytics", 80, id="yolov5"),
        pytest.param([(1, 300, 4), (1, 300, 91)], 640, "detr", 91, id="detr"),
    ],
)
def test_a_family_is_known_by_its_shapes(
    shapes: list[tuple[int | None, ...]], sides: int, family: str, classes: int
) -> None:
    guess = recognise(ports(*shapes), sides=(sides, sides))
    assert guess is not None
    assert (family, classes) == (guess.family, guess.classes)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([(1, 3549, 5)], id="yolox without classes"),
        pytest.param([(1, 3549, None)], id="an open number of columns"),
        pytest.param([(1, 100, 3), (1, 99, 4)], id="boxes and scores of other lengths"),
        pytest.param([(1, 1917, 1, 4), (1, 1916, 91)], id="anchors that differ"),
        pytest.param([(1, 1917, 1, 4), (1, 2)], id="anchors alone"),
        pytest.param([(1, 85, 21, 22)], id="another grid"),
        pytest.param(
            [(1, 2704, 80), (1, 676, 80), (1, 169, 80), (1, 2704, 32), (1, 676, 32), (1, 169, 36)],
            id="maps that differ",
        ),
        pytest.param([(7,)], id="a vector"),
        pytest.param([(1, 12, 13, 14, 15)], id="five axes"),
    ],
)
def test_other_shapes_are_nobodys(shapes: list[tuple[int | None, ...]]) -> None:
    assert recognise(ports(*shapes), sides=(416, 416)) is None
