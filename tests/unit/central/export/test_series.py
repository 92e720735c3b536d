"""An array on the disk is the list that was put in."""

import io
import json
from pathlib import Path

import pytest

from askance.central.export.series import growing


@pytest.mark.parametrize("values", [[], [1], [{"a": "\n,é"}, [], None]], ids=["empty", "one", "several"])
def test_an_array_is_the_list_of_what_was_added(tmp_path: Path, values: list[object]) -> None:
    written = io.StringIO()
    with growing(tmp_path) as series:
        for value in values:
            series.add(value)
        series.write_to(written)

    assert values == json.loads(written.getvalue())
    assert len(values) == series.length
    assert [] == list(tmp_path.iterdir())


def test_a_number_that_json_has_not_is_refused(tmp_path: Path) -> None:
    with growing(tmp_path) as series, pytest.raises(ValueError, match="JSON compliant"):
        series.add(float("nan"))
