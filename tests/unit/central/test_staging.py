"""Chunks that wait for the rest of their frame."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.central import staging
from askance.central.parcel import Parcel, missing
from askance.central.schema import MIGRATIONS, create_catalog
from askance.wire.codec import Chunk, digest
from askance.wire.identity import DeviceId
from support_central import DEVICE, frame_id

DATA = bytes(range(200))
PARCEL = Parcel(DEVICE, frame_id(1), digest(DATA), len(DATA))


def chunk(start: int, length: int, *, total: int = len(DATA)) -> Chunk:
    return Chunk(frame_id(1), digest(DATA), total, start, DATA[start : start + length])


def catalog_in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    for statement in MIGRATIONS[0].statements:
        connection.execute(statement)
    return connection


@given(st.lists(st.tuples(st.integers(0, 199), st.integers(1, 60)), max_size=12))
def test_whatever_came_before_asking_for_what_is_missing_completes_the_frame(pieces: list[tuple[int, int]]) -> None:
    connection = catalog_in_memory()
    for start, length in pieces:
        staging.keep(connection, DEVICE, chunk=chunk(start, length), at=0.0)

    for start, length in missing(staging.ranges(connection, PARCEL), len(DATA)):
        staging.keep(connection, DEVICE, chunk=chunk(start, length), at=0.0)

    assert () == missing(staging.ranges(connection, PARCEL), len(DATA))
    assert len(DATA) == sum(length for _, length in staging.ranges(connection, PARCEL))
    assert DATA == staging.assemble(connection, PARCEL)


def test_two_sizes_that_claim_the_same_hash_do_not_mix() -> None:
    connection = catalog_in_memory()
    staging.keep(connection, DEVICE, chunk=chunk(0, 100), at=0.0)
    staging.keep(connection, DEVICE, chunk=chunk(100, 100, total=300), at=0.0)

    assert [(0, 100)] == staging.ranges(connection, PARCEL)


def test_dropping_a_frame_drops_whatever_was_said_to_belong_to_it() -> None:
    connection = catalog_in_memory()
    staging.keep(connection, DEVICE, chunk=chunk(0, 100), at=0.0)
    staging.keep(connection, DEVICE, chunk=chunk(0, 100, total=300), at=0.0)

    staging.drop(connection, DEVICE, frame_id=frame_id(1))

    assert 0 == connection.execute("SELECT count(*) FROM staging").fetchone()[0]


def test_chunks_are_swept_by_the_time_they_came_in(tmp_path: Path) -> None:
    connection = create_catalog(tmp_path)
    staging.keep(connection, DEVICE, chunk=chunk(0, 100), at=1.0)
    staging.keep(connection, DEVICE, chunk=chunk(100, 100), at=5.0)

    assert 1 == staging.sweep(connection, 5.0)
    assert [(100, 100)] == staging.ranges(connection, PARCEL)


def test_an_envelope_has_only_so_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MOST_PIECES", 2)
    connection = catalog_in_memory()

    kept = [staging.keep(connection, DEVICE, chunk=chunk(start, 1), at=0.0) for start in (0, 2, 4)]

    assert [True, True, False] == kept
    assert [(0, 1), (2, 1)] == staging.ranges(connection, PARCEL)


def other(number: int) -> Chunk:
    """The beginning of another frame."""
    return Chunk(frame_id(number), digest(DATA), len(DATA), 0, DATA[:10])


def test_the_frames_that_rested_longest_make_room_for_a_new_one() -> None:
    connection = catalog_in_memory()
    for number in (1, 2, 3):
        staging.keep(connection, DEVICE, chunk=other(number), at=0.0)
    staging.keep(connection, DEVICE, chunk=chunk(10, 10), at=0.0)
    staging.keep(connection, DeviceId("camera-2"), chunk=other(2), at=0.0)

    displaced = staging.make_room(connection, Parcel.of_chunk(DEVICE, other(4)), most=3)

    rows = connection.execute("SELECT device, frame_id FROM staging ORDER BY device, frame_id, start").fetchall()
    assert 1 == displaced
    assert [
        (DEVICE, frame_id(1)),
        (DEVICE, frame_id(1)),
        (DEVICE, frame_id(3)),
        ("camera-2", frame_id(2)),
    ] == [tuple(row) for row in rows]


def test_a_frame_that_is_under_way_needs_no_room() -> None:
    connection = catalog_in_memory()
    for number in (1, 2, 3):
        staging.keep(connection, DEVICE, chunk=other(number), at=0.0)

    assert 0 == staging.make_room(connection, PARCEL, most=1)
