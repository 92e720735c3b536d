"""Every kind becomes a row and comes back."""

import pytest
from pydantic import TypeAdapter

from askance.wire.annotations import Annotation
from askance.wire.columns import COLUMNS, flatten, gather
from support_wire import BOX, KINDS

ANNOTATION: TypeAdapter[Annotation] = TypeAdapter(Annotation)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_gives_the_annotation_back(kind: str) -> None:
    annotation = ANNOTATION.validate_python(KINDS[kind])

    row = flatten(annotation)

    assert COLUMNS == tuple(row)
    assert {type(value) for value in row.values()} <= {str, int, float, bool, type(None)}
    assert annotation == ANNOTATION.validate_python(gather({**row, "capture": 7}))


def test_a_plain_box_has_no_shape() -> None:
    assert (None, None) == tuple(flatten(ANNOTATION.validate_python(BOX))[name] for name in ("model", "shape"))


def test_a_column_that_a_database_has_not_got_yet_is_null() -> None:
    row = flatten(ANNOTATION.validate_python(BOX))

    assert gather(row) == gather({name: row[name] for name in row if name not in {"model", "shape"}})
