"""A document keeps the place of every value."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.errors import ConfigError
from askance.settings.document import Document, Place, merge, parse_document, parse_scalar, write_path

FILE = Place("a.yaml", 1, Path("conf"))

TEXT = """\
# comment
gate:
  motion: 0.5

cameras:
  - id: main
    url: "0"
  - id: gate
"""


def parse(text: str) -> Document:
    return parse_document(text, FILE)


def test_values_are_plain_python() -> None:
    expected = {"gate": {"motion": 0.5}, "cameras": [{"id": "main", "url": "0"}, {"id": "gate"}]}
    assert expected == parse(TEXT).value


@pytest.mark.parametrize(
    ("location", "line"),
    [
        pytest.param((), 1, id="root"),
        pytest.param(("gate",), 2, id="section"),
        pytest.param(("gate", "motion"), 3, id="key"),
        pytest.param(("cameras", 1), 8, id="list-entry"),
        pytest.param(("cameras", 0, "url"), 7, id="key-in-a-list"),
        pytest.param(("cameras", 1, "url"), 8, id="absent-key-is-placed-at-its-parent"),
        pytest.param(("cameras", 0, "some-tag", "url"), 7, id="union-tags-are-skipped"),
    ],
)
def test_every_value_knows_its_line(location: tuple[str | int, ...], line: int) -> None:
    assert Place("a.yaml", line, Path("conf")) == parse(TEXT).place(location)


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse("# nothing\n").value == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "a.yaml:5: duplicate key: b.c, already in line 3", id="twin"
        ),
        pytest.param("a: 1\n  b: 2\n", "a.yaml:2: not valid YAML: mapping values are not allowed here", id="indent"),
        pytest.param("a: [1\n", "a.yaml:2: not valid YAML: expected ',' or ']', but got '<stream end>'", id="open"),
        pytest.param(
            "a: &x 1\nb: *x\n",
            "a.yaml:2: not valid YAML: aliases are not understood, write the value out: *x",
            id="alias",
        ),
        pytest.param("a: 1\non: 2\n", "a.yaml:2: a key has to be text: True", id="boolean-key"),
        pytest.param("[a]: 1\n", "a.yaml:1: not understood here: seq", id="list-as-key"),
        pytest.param("a: !!python/object x\n", "a.yaml:1: not understood here: python/object", id="tag"),
        pytest.param("a: !!set {x}\n", "a.yaml:1: not understood here: set", id="tagged-mapping"),
        pytest.param("a: !own [x]\n", "a.yaml:1: not understood here: !own", id="tagged-list"),
        pytest.param("a: 1\nb: 2027-13-45\n", "a.yaml:2: month must be in 1..12: 2027-13-45", id="no-such-date"),
        pytest.param("a: 1\x07\n", "a.yaml: not valid YAML: unacceptable character #x0007", id="control-character"),
        pytest.param("a: " + "[" * 3000, "a.yaml: not valid YAML: maximum recursion depth exceeded", id="deep"),
        pytest.param("a: 1\n---\nb: 2\n", "a.yaml:2: not valid YAML: but found another document", id="two-documents"),
    ],
)
def test_wrong_yaml_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("true", True, id="boolean"),
        pytest.param("12", 12, id="integer"),
        pytest.param("0.5", 0.5, id="number"),
        pytest.param("null", None, id="null"),
        pytest.param("", None, id="empty"),
        pytest.param("2027-01-31", date(2027, 1, 31), id="date"),
        pytest.param("2027-13-45", "2027-13-45", id="no-such-date"),
        pytest.param("rtsp://a:b@c/d?e=#f", "rtsp://a:b@c/d?e=#f", id="text"),
        pytest.param("a: b", "a: b", id="text-with-a-colon"),
        pytest.param("=", "=", id="a-tag-of-yaml-that-we-do-not-use"),
    ],
)
def test_a_word_has_the_type_that_yaml_gives_it(text: str, expected: object) -> None:
    assert expected == parse_scalar(text)


def test_mappings_are_joined_and_anything_else_is_replaced() -> None:
    over = parse_document("gate: {sharpness: 0.1}\ncameras:\n  - id: new\n", Place("b.yaml", 1))
    both = merge(parse(TEXT), over)
    assert both.value == {"gate": {"motion": 0.5, "sharpness": 0.1}, "cameras": [{"id": "new"}]}
    assert str(both.place(("gate", "motion"))) == "a.yaml:3"
    assert str(both.place(("gate", "sharpness"))) == "b.yaml:1"
    assert str(both.place(("cameras", 0, "id"))) == "b.yaml:3"
    assert str(both.place(("cameras", 1, "id"))) == "b.yaml:2", "the replaced list leaves no place behind"


values = st.recursive(
    st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from("abc"), values))
def test_laying_nothing_over_a_document_changes_nothing(value: dict[str, object]) -> None:
    document = parse(str(value).replace("None", "null"))
    assert document == merge(document, parse("{}"))


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a",), "a"), (("a", 0, "b"), "a[0].b"), ((0, "b"), "[0].b")],
    ids=["root", "key", "nested", "list"],
)
def test_a_key_path_is_written_as_people_do(path: tuple[str | int, ...], text: str) -> None:
    assert text == write_path(path)


def test_a_place_without_line_is_its_source() -> None:
    assert str(Place("ASKANCE__A")) == "ASKANCE__A"
