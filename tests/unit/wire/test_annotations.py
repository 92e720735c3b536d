"""Annotations are finite, named and inside their image."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from askance.wire.annotations import Annotation, Box, Origin, Tag
from support_wire import BOX, TAG

ANNOTATION: TypeAdapter[Tag | Box] = TypeAdapter(Annotation)


def box(**changes: object) -> Box:
    read = ANNOTATION.validate_python(BOX | changes)
    assert isinstance(read, Box)
    return read


def test_the_kind_decides_which_annotation_is_read() -> None:
    assert isinstance(ANNOTATION.validate_python(TAG), Tag)
    assert isinstance(ANNOTATION.validate_python(BOX), Box)


@pytest.mark.parametrize("kind", ["polygon", "", None, 3, ["box"]])
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
