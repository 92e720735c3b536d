"""Every kind in a few words."""

import pytest
from pydantic import TypeAdapter

from askance.drawing.words import describe, words
from askance.wire.annotations import Annotation
from support_wire import KINDS

ANNOTATION = TypeAdapter[Annotation](Annotation)
PLACE = "of 6 x 4 at 1, 2"


def read(kind: str, **changes: object) -> Annotation:
    return ANNOTATION.validate_python(KINDS[kind] | changes)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("tag", "night tag"),
        ("box", f"person 0.75 box {PLACE}"),
        ("turned", f"car box turned by -30 degrees {PLACE}"),
        ("polygon", f"car polygon of 6 corners in 2 pieces {PLACE}"),
        ("mask", f"person 0.50 instance mask {PLACE}"),
        ("semantic", f"person 0.50 semantic mask {PLACE} by roads"),
        ("segment", f"person 0.50 thing segment {PLACE}"),
        ("keypoints", f"person 2 keypoints {PLACE}"),
        ("cuboid", f"car cuboid 12.0 m away {PLACE}"),
    ],
)
def test_a_line_says_which_kind_it_is_and_where(kind: str, expected: str) -> None:
    assert expected == describe(read(kind))


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("polygon", {"rings": [[1, 2, 7, 2, 7, 6]]}, f"car polygon of 3 corners {PLACE}"),
        ("segment", {"thing": False, "grid": [16, 8]}, f"person 0.50 stuff segment on a grid of 16 x 8 {PLACE}"),
        ("cuboid", {"pose": None}, f"car cuboid {PLACE}"),
        ("cuboid", {"pose": KINDS["cuboid"]["pose"] | {"metric": False}}, f"car cuboid 12.0 units away {PLACE}"),
        ("tag", {"suggested": True}, "night tag (suggested)"),
    ],
)
def test_what_is_particular_is_said(kind: str, changes: dict[str, object], expected: str) -> None:
    assert expected == describe(read(kind, **changes))


def test_in_a_picture_name_and_score_are_enough() -> None:
    assert ("person 0.75", "car") == (words(read("box")), words(read("turned")))
