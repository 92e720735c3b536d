"""A range knows whether it is the whole envelope, and a ceiling whether it was raised."""

import pytest

from askance.edge.sync.messages import Ceiling, SendRange, Waiting
from askance.wire.identity import FrameId, Sha256

FRAME = Waiting(FrameId("0" * 26), Sha256("a" * 64), 1000)


@pytest.mark.parametrize(
    ("offset", "length", "whole"),
    [(0, 1000, True), (0, 999, False), (1, 999, False)],
    ids=["everything", "all but the last byte", "all but the first byte"],
)
def test_only_a_range_of_the_whole_length_needs_no_chunk_header(offset: int, length: int, whole: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert whole == SendRange(1, FRAME, offset, length).whole


@pytest.mark.parametrize(("before", "raised"), [(None, False), (8192, False), (2048, True)])
def test_a_ceiling_is_raised_when_a_lower_one_was_known(before: int | None, raised: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert raised == Ceiling(4096, before).raised
