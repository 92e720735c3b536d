"""The drawing of one image: what is emphasised lies on top, and nothing becomes markup."""

import re
from xml.etree import ElementTree as ET  # our own drawing, a moment old

import pytest
from pydantic import TypeAdapter

from askance.drawing.picture import Look, draw
from askance.drawing.words import words
from askance.wire.annotations import Annotation
from support_wire import KINDS, kinds_in

ANNOTATION = TypeAdapter[Annotation](Annotation)
SIZE = 320, 160
ALL = tuple(ANNOTATION.validate_python(kind) for kind in kinds_in(width=320, height=160).values())
BOX = ANNOTATION.validate_python(KINDS["box"])
HINT = BOX.model_copy(update={"suggested": True, "label": "hint"})
TAG = ANNOTATION.validate_python(KINDS["tag"])


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def titles(svg: str) -> list[str]:
    return re.findall(r"<title>([^<]*)</title>", svg)


def test_all_kinds_together_are_well_formed_and_named() -> None:
    svg = draw(ALL, SIZE, look=Look())

    assert "svg" == ET.fromstring(svg).tag  # noqa: S314 (our own drawing)
    assert len(ALL) - 1 == len(titles(svg))
    assert [[words(one)] for one in ALL] == [texts(draw([one], SIZE, look=Look())) for one in ALL]


def test_what_covers_much_lies_below_and_what_is_doubted_on_top() -> None:
    names = ["a", "b", "c", "d"]
    kinds = [BOX, HINT, ALL[list(KINDS).index("segment")], BOX]
    named = [one.model_copy(update={"label": name, "score": None}) for one, name in zip(kinds, names, strict=True)]

    assert ["c", "b", "d", "a"] == titles(draw(named, SIZE, look=Look(), doubted={0}))


@pytest.mark.parametrize(("named", "doubted", "said"), [(False, (), 0), (True, (), 1), (False, (0,), 1)])
def test_a_suggestion_has_words_when_it_is_doubted_or_asked_for(
    named: bool,  # noqa: FBT001 (a column of the table)
    doubted: tuple[int, ...],
    said: int,
) -> None:
    svg = draw([HINT], SIZE, look=Look(), doubted=doubted, named=named)

    assert (said, 1) == (len(texts(svg)), len(titles(svg)))


def test_a_tag_is_a_chip_in_the_corner_and_other_words_stay_clear_of_it() -> None:
    svg = draw([TAG, BOX.model_copy(update={"x": 1.0, "y": 14.0})], SIZE, look=Look())

    assert ["night", "person 0.75"] == sorted(texts(svg))
    assert 1 == svg.count('<rect class="chip"')


def test_labels_have_the_colours_of_the_map_or_else_one_of_their_own() -> None:
    look = Look(colours={1: "#abcdef"}, joints={})

    assert "--c:#abcdef" in draw([BOX], SIZE, look=look)
    assert look.colour(2) != look.colour(3)
    assert look.colour(2).startswith("hsl(")


def test_a_skeleton_is_joined_as_its_label_says() -> None:
    points = ANNOTATION.validate_python(KINDS["keypoints"] | {"points": [[1, 1, 1], [5, 5, 1]]})

    assert 1 == draw([points], SIZE, look=Look(joints={1: ((0, 1),)})).count("<line")
    assert 0 == draw([points], SIZE, look=Look()).count("<line")


def test_nothing_a_label_says_becomes_markup() -> None:
    svg = draw([BOX.model_copy(update={"label": "<b>&\"'"})], SIZE, look=Look())

    assert "<b>" not in svg
    assert "svg" == ET.fromstring(svg).tag  # noqa: S314 (our own drawing)
