"""The ring of frames: order, overtaking, sizes that change, and nothing left behind."""

import os
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.source.ring import SLOTS, RingReader, RingWriter, Stamp, create


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = create()
    yield descriptor
    os.close(descriptor)


def put(writer: RingWriter, number: int, *, height: int = 4, width: int = 6) -> None:
    writer.begin(height, width)[:] = number % 256
    writer.publish(Stamp(number, monotonic_ns=number * 10, wall_ns=number * 100, media_ns=number * 1000))


def test_what_is_written_is_read(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    assert reader.published == 0
    assert reader.read(0) is None
    put(writer, 7)

    shot = reader.read(0)
    assert reader.published == 1
    assert shot is not None
    assert np.array_equal(np.full((4, 6, 3), 7, np.uint8), shot.image)
    assert (shot.position, shot.monotonic_ns, shot.wall_ns, shot.media_ns) == (7, 70, 700, 7000)


def test_a_copy_does_not_change_when_its_slot_is_used_again(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    put(writer, 0)
    shot = reader.read(0)
    for number in range(1, 2 * SLOTS):
        put(writer, number)

    assert shot is not None
    assert (shot.image == 0).all()


def test_an_overtaken_reader_notices(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    for number in range(SLOTS + 1):
        put(writer, number)

    assert reader.read(0) is None
    assert reader.read(1) is not None
    writer.begin(4, 6)
    assert reader.read(1) is None


def test_signs_of_life_are_seen(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    assert reader.beat_ns == 0
    writer.beat(123_456_789_012_345)

    assert reader.beat_ns == 123_456_789_012_345


def test_a_slot_may_be_begun_again_with_another_size(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    writer.begin(2, 2)
    put(writer, 3, height=50, width=70)

    shot = reader.read(0)
    assert shot is not None
    assert shot.image.shape == (50, 70, 3)
    assert reader.published == 1


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=20))
def test_any_sizes_in_any_order_come_through_and_memory_stays_bounded(sizes: list[tuple[int, int]]) -> None:
    memory = create()
    try:
        writer, reader = RingWriter(memory), RingReader(memory)
        for number, (height, width) in enumerate(sizes):
            put(writer, number, height=height, width=width)
            shot = reader.read(number)
            assert shot is not None
            assert shot.image.shape == (height, width, 3)
            assert (shot.image == number).all()
        largest = max(height * width * 3 for height, width in sizes)
        assert os.fstat(memory).st_size <= SLOTS * (4 * largest + 8 * 65536) + 65536
    finally:
        os.close(memory)


def test_wishes_are_counted_across(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    assert 0 == writer.wanted
    reader.want()
    reader.want()

    assert 2 == writer.wanted
