"""Annotations are finite, named and inside their image."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from askance.wire.annotations import Annotation, Box, Origin, Tag
from support_wire import BOX, KINDS, TAG

ANNOTATION: TypeAdapter[Annotation] = TypeAdapter(Annotation)


def box(**changes: object) -> Box:
    read = ANNOTATION.validate_python(BOX | changes)
    assert isinstance(read, Box)
    return read


def test_the_kind_decides_which_annotation_is_read() -> None:
    assert isinstance(ANNOTATION.validate_python(TAG), Tag)
    assert isinstance(ANNOTATION.validate_python(BOX), Box)


@pytest.mark.parametrize("kind", ["hologram", "", None, 3, ["box"]])
def test_a_kind_of_another_version_is_refused(kind: object) -> None:
    with pytest.raises(ValidationError):
        ANNOTATION.validate_python(BOX | {"kind": kind})


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 1.01},
        {"score": -0.01},
        {"score": float("nan")},
        {"calibrated_score": 2},
        {"x": float("inf")},
        {"y": float("nan")},
        {"y": 10**4000},
        {"width": -1},
        {"height": -0.001},
        {"rotation": 181},
        {"rotation": -180},
        {"label": ""},
        {"label": "x" * 65},
        {"label": "two\nlines"},
        {"label": "\x00"},
        {"label": "\ud800"},
        {"label_id": -1},
        {"label_id": 65536},
        {"label_id": 1.5},
        {"track_id": -1},
        {"track_id": 2**53 + 1},
        {"origin": "oracle"},
        {"suggested": "perhaps"},
        {"x": None},
        {"x": []},
        {"label": {}},
    ],
    ids=str,
)
def test_a_value_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        box(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 0},
        {"score": 1},
        {"score": None},
        {"rotation": 180},
        {"rotation": -179.9},
        {"label": "x" * 64},
        {"label": "été ☃"},
        {"label_id": 65535},
        {"track_id": 2**53},
        {"width": 0},
        {"origin": Origin.HUMAN},
    ],
    ids=str,
)
def test_a_value_at_its_bound_is_read(changes: dict[str, Any]) -> None:
    read = box(**changes)

    assert changes == {key: getattr(read, key) for key in changes}


def test_a_key_of_a_newer_version_is_ignored() -> None:
    assert box() == box(colour="red")


@pytest.mark.parametrize(
    ("x", "y", "width", "height", "expected"),
    [
        (0, 0, 640, 480, True),
        (-0.01, 0, 10, 10, True),
        (-0.02, 0, 10, 10, False),
        (0, -0.02, 10, 10, False),
        (630, 0, 10.01, 10, True),
        (630, 0, 10.02, 10, False),
        (0, 470, 10, 10.02, False),
        (1e308, 0, 1e308, 10, False),
    ],
)
def test_a_box_lies_inside_give_or_take_a_rounding(
    x: float,
    y: float,
    width: float,
    height: float,
    expected: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    assert expected == box(x=x, y=y, width=width, height=height).inside(image_width=640, image_height=480)


@given(st.floats(0, 640), st.floats(0, 480), st.floats(0, 1), st.floats(0, 1))
def test_every_box_cut_to_the_image_is_inside(x: float, y: float, right: float, bottom: float) -> None:
    cut = box(x=x, y=y, width=(640 - x) * right, height=(480 - y) * bottom)

    assert cut.inside(image_width=640, image_height=480)


def test_an_annotation_is_never_changed_after_birth() -> None:
    with pytest.raises(ValidationError):
        box().x = 3.0


def read(kind: str, **changes: object) -> Annotation:
    return ANNOTATION.validate_python(KINDS[kind] | changes)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_lies_in_its_image(kind: str) -> None:
    annotation = read(kind)

    assert KINDS[kind]["kind"] == annotation.kind
    assert annotation.fault(image_width=16, image_height=8) is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"tag", "turned"}])
def test_what_has_a_place_has_it_in_the_image(kind: str) -> None:
    moved = read(kind, x=12.0)

    assert "lies outside the image" == moved.fault(image_width=16, image_height=8)


def test_of_a_rotated_box_the_centre_lies_in_the_image() -> None:
    assert read("turned", x=-3.0, y=-2.25).fault(image_width=16, image_height=8) is None
    assert "lies outside the image" == read("turned", x=-3.1).fault(image_width=16, image_height=8)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("polygon", {"rings": []}),
        ("polygon", {"rings": [[1, 2, 3, 4]]}),
        ("polygon", {"rings": [[1, 2, 3, 4, 5, 6, 7]]}),
        ("polygon", {"rings": [[0] * 514]}),
        ("polygon", {"rings": [[0] * 6] * 101}),
        ("polygon", {"rings": [[1e7, *[0] * 5]]}),
        ("mask", {"counts": ""}),
        ("mask", {"counts": "0" * 32769}),
        ("mask", {"scope": "thing"}),
        ("mask", {"grid": [0, 8]}),
        ("mask", {"grid": [8]}),
        ("segment", {"thing": None}),
        ("keypoints", {"points": []}),
        ("keypoints", {"points": [[1, 2]]}),
        ("keypoints", {"points": [[1, 2, 1.5]]}),
        ("keypoints", {"points": [[float("nan"), 2, 1]]}),
        ("keypoints", {"points": [[1, 2, None]] * 201}),
        ("cuboid", {"points": [[1, 2]] * 8}),
        ("cuboid", {"pose": {}}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_shape_out_of_bounds_is_refused(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(kind, **changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"counts": "00"}, "of 0 pixels, expected 16 x 8", id="another image"),
        pytest.param({"counts": "P"}, "cannot be read: the run lengths are cut", id="cut"),
        pytest.param({"grid": [17, 8]}, "of 17 x 8, finer than the image", id="finer"),
        pytest.param({"grid": [8, 8]}, "of 128 pixels, expected 8 x 8", id="another grid"),
    ],
)
def test_a_mask_of_another_image_has_a_fault(changes: dict[str, Any], says: str) -> None:
    assert says in (read("segment", **changes).fault(image_width=16, image_height=8) or "")
