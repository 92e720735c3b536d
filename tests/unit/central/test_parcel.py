"""Which bytes of an envelope are missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.central.parcel import MAX_RANGES, Parcel, Range, gaps, missing, need
from askance.wire.codec import digest, unpack_chunk
from askance.wire.receipts import Asked
from support_central import DEVICE, frame_id, make_chunks, make_envelope

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20))).map(sorted)


@pytest.mark.parametrize(
    ("have", "total", "expected"),
    [
        pytest.param([], 10, ((0, 10),), id="nothing-staged"),
        pytest.param([(0, 10)], 10, (), id="complete"),
        pytest.param([(2, 3)], 10, ((0, 2), (5, 5)), id="both-ends"),
        pytest.param([(0, 4), (2, 4)], 6, (), id="overlapping"),
        pytest.param([(0, 6), (2, 2), (8, 2)], 10, ((6, 2),), id="one-inside-another"),
    ],
)
def test_missing_is_what_no_range_covers(have: list[Range], total: int, expected: tuple[Range, ...]) -> None:
    assert expected == missing(have, total)


@given(RANGES, st.integers(80, 90))
def test_missing_and_staged_ranges_together_cover_every_byte_once(have: list[Range], total: int) -> None:
    covered = {byte for start, length in have for byte in range(start, start + length)}
    gaps = [byte for start, length in missing(have, total) for byte in range(start, start + length)]

    assert sorted(set(range(total)) - covered) == gaps


def test_need_asks_for_so_many_gaps_that_a_message_stays_small() -> None:
    parcel = Parcel(DEVICE, frame_id(1), digest(b""), 1000)

    asked = need(parcel, [(start, 1) for start in range(1, 1000, 2)])

    assert MAX_RANGES == len(asked.need)
    assert (0, 1) == asked.need[0]


def test_chunk_and_query_name_the_same_parcel() -> None:
    envelope = make_envelope(1)
    chunk = unpack_chunk(make_chunks(envelope, 1)[0])
    asked = Asked(id=frame_id(1), sha=digest(envelope), size=len(envelope))

    assert Parcel.of_chunk(DEVICE, chunk) == Parcel.of_asked(DEVICE, asked)


@pytest.mark.parametrize(
    ("have", "expected"),
    [
        pytest.param([], ((4, 4),), id="nothing-staged"),
        pytest.param([(0, 6)], ((6, 2),), id="its-beginning"),
        pytest.param([(6, 9)], ((4, 2),), id="its-end"),
        pytest.param([(5, 1)], ((4, 1), (6, 2)), id="its-middle"),
        pytest.param([(0, 4), (8, 4)], ((4, 4),), id="what-touches-it"),
        pytest.param([(0, 20)], (), id="all-of-it"),
    ],
)
def test_gaps_are_looked_for_between_two_offsets(have: list[Range], expected: tuple[Range, ...]) -> None:
    assert expected == gaps(have, 4, stop=8)
