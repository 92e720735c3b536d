"""A range knows whether it is the whole envelope."""

import pytest

from askance.edge.sync.messages import SendRange, Waiting
from askance.wire.identity import FrameId, Sha256

FRAME = Waiting(FrameId("0" * 26), Sha256("a" * 64), 1000)


@pytest.mark.parametrize(
    ("offset", "length", "whole"),
    [(0, 1000, True), (0, 999, False), (1, 999, False)],
    ids=["everything", "all but the last byte", "all but the first byte"],
)
def test_only_a_range_of_the_whole_length_needs_no_chunk_header(offset: int, length: int, whole: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert whole == SendRange(1, FRAME, offset, length).whole
