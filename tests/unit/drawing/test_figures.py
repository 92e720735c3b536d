"""Each kind as SVG elements."""

import re

import numpy as np
import pytest
from pydantic import TypeAdapter

from askance.codecs.rle import encode
from askance.drawing.figures import figure
from askance.wire.annotations import Annotation
from support_wire import KINDS

ANNOTATION = TypeAdapter[Annotation](Annotation)
SIZE = 16, 8


def drawn(
    kind: str, *, size: tuple[int, int] = SIZE, joints: tuple[tuple[int, int], ...] = (), **changes: object
) -> str:
    return figure(ANNOTATION.validate_python(KINDS[kind] | changes), size=size, dot=1.5, joints=joints)


def count(svg: str) -> dict[str, int]:
    names = re.findall(r"<(\w+)", svg)
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.mark.parametrize(
    ("kind", "elements"),
    [
        ("tag", {}),
        ("box", {"rect": 1}),
        ("turned", {"rect": 1}),
        ("polygon", {"path": 1}),
        ("mask", {"path": 1}),
        ("semantic", {"path": 1}),
        ("segment", {"path": 1}),
        ("keypoints", {"circle": 2}),
        ("cuboid", {"circle": 1, "line": 12}),
    ],
)
def test_every_kind_has_its_elements(kind: str, elements: dict[str, int]) -> None:
    assert elements == count(drawn(kind))


def test_a_rotated_box_is_turned_about_its_centre() -> None:
    assert 'transform="rotate(-30.5 4.0 4.2)"' in drawn("turned")


def test_a_polygon_has_a_path_for_each_ring() -> None:
    assert 'd="M1.0 2.0L7.0 2.0L7.0 6.5ZM1.0 1.0L1.0 1.0L1.0 1.0Z"' in drawn("polygon")


@pytest.mark.parametrize(("kind", "name"), [("mask", "instance"), ("semantic", "semantic"), ("segment", "segment")])
def test_pixels_say_what_they_are_for_the_style_sheet(kind: str, name: str) -> None:
    assert f'class="area {name}"' in drawn(kind)


def test_a_mask_is_drawn_with_its_holes_at_its_place() -> None:
    mask = np.zeros((60, 80), np.bool_)
    mask[10:50, 20:60] = True
    mask[25:35, 35:45] = False

    svg = drawn("mask", size=(80, 60), counts=encode(mask))

    outer, hole = svg.split("M")[1:]
    assert {"20.0 10.0", "60.0 50.0"} <= set(re.findall(r"[\d.]+ [\d.]+", outer))
    assert {"35.0 25.0", "45.0 35.0"} <= set(re.findall(r"[\d.]+ [\d.]+", hole))


def test_the_outline_of_a_large_mask_is_no_finer_than_a_picture() -> None:
    rows, columns = np.mgrid[:1500, :2000]
    ragged = np.asarray((rows + 7 * (columns % 3)) % 400 < 200)

    assert len(drawn("mask", size=(2000, 1500), counts=encode(ragged))) < 30_000


def test_joints_join_the_points_that_are_seen() -> None:
    points = [[1, 1, 0.9], [2, 2, None], [3, 3, 0.1], [4, 4, 0.5]]

    svg = drawn("keypoints", points=points, joints=((0, 1), (1, 2), (0, 3), (0, 9)))

    assert ['x1="1.0" y1="1.0" x2="2.0" y2="2.0"', 'x1="1.0" y1="1.0" x2="4.0" y2="4.0"'] == re.findall(
        r"<line (.*?)/>", svg
    )
    assert ["sure", "sure", "unsure", "sure"] == re.findall(r'class="(\w+)"', svg)


def test_the_edges_of_a_cuboid_join_corners_that_differ_in_one_coordinate() -> None:
    corners = [[float(x), float(10 * y + 100 * z)] for x in (0, 1) for y in (0, 1) for z in (0, 1)]

    lines = re.findall(r'x1="(\S+)" y1="(\S+)" x2="(\S+)" y2="(\S+)"', drawn("cuboid", points=[[0, 0], *corners]))

    steps = [(abs(float(x1) - float(x2)), abs(float(y1) - float(y2))) for x1, y1, x2, y2 in lines]
    assert {(1.0, 0.0): 4, (0.0, 10.0): 4, (0.0, 100.0): 4} == {step: steps.count(step) for step in steps}
