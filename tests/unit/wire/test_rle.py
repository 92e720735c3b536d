"""Run lengths as text: what is written is read, and what nobody wrote is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.wire.rle import compress, expand
from support_coco import MASKS


@given(st.lists(st.integers(0, 2**32), max_size=30))
def test_what_is_written_is_read(lengths: list[int]) -> None:
    assert lengths == expand(compress(lengths))


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30))
def test_the_text_is_that_of_the_coco_api(lengths: list[int]) -> None:
    theirs = MASKS.frPyObjects({"size": [1, sum(lengths)], "counts": lengths}, 1, sum(lengths))

    assert theirs["counts"].decode() == compress(lengths)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        lengths = expand(text)
    except ValueError:
        return
    assert min(lengths, default=0) >= 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(" ", "not a run length", id="below the alphabet"),
        pytest.param("\x7f", "not a run length", id="beyond the alphabet"),
        pytest.param("P", "are cut", id="cut"),
        pytest.param("P" * 8, "too long", id="a number without end"),
        pytest.param("O", "below zero", id="negative"),
        pytest.param("111N", "below zero", id="a difference below zero"),
    ],
)
def test_what_nobody_wrote_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        expand(text)
