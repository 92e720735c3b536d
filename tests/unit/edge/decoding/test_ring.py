"""The ring of frames: order, overtaking, sizes that change, and nothing left behind."""

import os
import threading
from collections import deque
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.decoding.ring import LENT, SLOTS, RingReader, RingWriter, Shot, Stamp, create


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


def test_an_image_does_not_change_as_long_as_anybody_looks_at_a_part_of_it(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    put(writer, 1)
    shot = reader.read(0)
    assert shot is not None
    part = shot.image[2:, ::2]
    del shot
    for number in range(2, 3 * SLOTS):
        put(writer, number)

    assert (part == 1).all()


def test_an_image_is_not_to_be_written_to(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    put(writer, 1)
    shot = reader.read(0)
    assert shot is not None

    with pytest.raises(ValueError, match="read-only"):
        shot.image[0, 0, 0] = 9


def test_a_slot_is_used_again_when_its_image_is_let_go_of(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    places: set[int] = set()
    for number in range(20):
        put(writer, number)
        shot = reader.read(number)
        assert shot is not None
        places.add(shot.image.__array_interface__["data"][0])

    assert len(places) <= 3


def test_whoever_keeps_many_images_gets_copies_and_none_of_them_changes(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    kept: list[Shot | None] = []
    for number in range(3 * SLOTS):
        put(writer, number)
        kept += [reader.read(number), reader.read(number)]

    for index, shot in enumerate(kept):
        assert shot is not None
        assert shot.position == index // 2
        assert (shot.image == index // 2).all()


def test_an_overtaken_reader_notices(memory: int) -> None:
    writer, reader = RingWriter(memory), RingReader(memory)
    for number in range(SLOTS + 1):
        put(writer, number)

    assert reader.read(0) is None
    assert reader.read(SLOTS) is not None
    writer.begin(4, 6)
    assert reader.read(SLOTS) is not None  # the newest is never overwritten
    put(writer, SLOTS + 1)
    writer.begin(4, 6)
    assert reader.read(SLOTS) is None


def test_reader_and_writer_at_full_speed_never_show_half_a_frame() -> None:
    memory = create()
    done = threading.Event()

    def write() -> None:
        writer = RingWriter(memory)
        for number in range(20_000):
            put(writer, number, height=8, width=90)
        done.set()

    try:
        thread = threading.Thread(target=write)
        thread.start()
        reader, held = RingReader(memory), deque[Shot](maxlen=LENT + 1)
        while not done.is_set():
            shot = reader.read(max(0, reader.published - 1))
            if shot is not None:
                held.append(shot)
            for each in held:
                assert (each.image == each.position % 256).all()
        thread.join()
        assert len(held) == LENT + 1
    finally:
        done.wait()
        os.close(memory)


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
