"""What a device wrote stands on a terminal and does nothing to it."""

import pytest

from askance.wire.text import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("Z\u00fcge im Tal \u2014 \u96ea", "Z\u00fcge im Tal \u2014 \u96ea", id="any script"),
        pytest.param("\x1b[2J\r\n\x07", r"\x1b[2J\r\n\x07", id="control characters"),
        pytest.param("\x9b31m", r"\x9b31m", id="those of eight bits"),
        pytest.param("\u202egnp", r"\u202egnp", id="a turn of direction"),
        pytest.param("\ud800", r"\ud800", id="half of a character"),
    ],
)
def test_what_acts_on_a_terminal_is_escaped(text: str, expected: str) -> None:
    assert expected == printable(text)
