"""The rows of the index: questions and transactions."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect, transaction
from askance.edge.store.index import Index, Record, Usage
from askance.edge.store.ledger import read_ledgers
from askance.edge.store.lifecycle import Event, State
from askance.edge.store.schema import MIGRATIONS
from askance.errors import StoreError
from askance.wire.capture import Priority
from askance.wire.identity import DeviceId, FrameId, Sha256, new_frame_id
from support_store import BOOT, DEVICE, keep, make_draft, open_store

SHA = Sha256("11" * 32)


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    yield opened
    opened.close()


def an_id(number: int) -> FrameId:
    return new_frame_id(wall_ms=number, randomness=bytes(10))


def fill(
    connection: sqlite3.Connection, values: list[float], *, boot_id: str = BOOT, priority: Priority = Priority.DOUBTFUL
) -> list[FrameId]:
    """Insert a frame for each value; ids go on where the index ends."""
    index = Index(connection)
    first = len(index.entries())
    frame_ids = [an_id(first + number) for number in range(len(values))]
    drafts = [make_draft(value=value, priority=priority) for value in values]
    with transaction(connection):
        index.insert(
            Record(draft.manifest(frame_id, DEVICE, boot_id=boot_id, seq=seq), 10, SHA)
            for seq, (frame_id, draft) in enumerate(zip(frame_ids, drafts, strict=True))
        )
    return frame_ids


def balanced(connection: sqlite3.Connection) -> bool:
    return all(ledger.unaccounted == 0 for ledger in read_ledgers(connection, BOOT))


def test_frames_are_due_by_priority_then_value_then_age(connection: sqlite3.Connection) -> None:
    a, b, c = fill(connection, [0.2, 0.9, 0.2])
    (d,) = fill(connection, [0.2], boot_id="boot-b")
    (urgent,) = fill(connection, [0.0], boot_id="boot-c", priority=Priority.REQUESTED)

    assert [due.frame_id for due in Index(connection).due(10, ())] == [urgent, b, a, c, d]
    assert [due.frame_id for due in Index(connection).due(2, {urgent, a})] == [b, c]


def test_a_receipt_counts_once_and_only_with_the_right_hash(connection: sqlite3.Connection) -> None:
    index = Index(connection)
    (frame_id,) = fill(connection, [0.5])

    assert not index.deliver(frame_id, Sha256("22" * 32))
    assert not index.deliver(an_id(99), SHA)
    assert index.deliver(frame_id, SHA)
    assert index.deliver(frame_id, SHA)
    assert [ledger.stored for ledger in read_ledgers(connection, BOOT)] == [1]
    assert index.due(10, ()) == []
    assert balanced(connection)


def test_quarantine_and_requeue_move_a_frame_out_of_the_queue_and_back(connection: sqlite3.Connection) -> None:
    index = Index(connection)
    a, b = fill(connection, [0.5, 0.5])

    assert index.quarantine(a, "schema")
    assert index.quarantine(a, "again")
    assert not index.quarantine(an_id(99), "schema")
    assert [due.frame_id for due in index.due(10, ())] == [b]
    assert [tuple(row) for row in connection.execute("SELECT trouble FROM captures ORDER BY id")] == [
        ("schema",),
        (None,),
    ]
    assert balanced(connection)
    assert index.requeue(a) == 1
    assert index.requeue(an_id(99)) == 0
    assert index.quarantine(b, "size")
    assert index.requeue(None) == 1
    assert [tuple(row) for row in connection.execute("SELECT trouble FROM captures")] == [(None,)] * 2
    with pytest.raises(StoreError, match="requeue while pending"):
        index.requeue(a)
    assert not connection.in_transaction


def test_deleting_a_frame_takes_its_annotations_and_reasons_along(connection: sqlite3.Connection) -> None:
    index = Index(connection)
    a, b = fill(connection, [0.5, 0.5])

    assert [entry.frame_id for entry in index.condemn([a, an_id(99)], Event.EVICT, reason="quota")] == [a]
    assert index.condemn([a], Event.EVICT, reason="quota") == []
    assert balanced(connection)
    assert index.find(a) is None
    assert not index.deliver(a, SHA)
    assert [entry.frame_id for entry in index.condemned()] == [a]
    index.forget([a, b])
    assert [(entry.frame_id, entry.state) for entry in index.entries()] == [(b, State.PENDING)]
    assert [tuple(row) for row in connection.execute("SELECT count(*) FROM annotations")] == [(3,)]
    assert [tuple(row) for row in connection.execute("SELECT count(*) FROM reasons")] == [(1,)]
    assert balanced(connection)


def test_usage_counts_bytes_and_states(connection: sqlite3.Connection) -> None:
    index = Index(connection)
    assert index.usage() == Usage(0, {})
    a, _ = fill(connection, [0.5, 0.5])
    index.deliver(a, SHA)

    assert index.usage() == Usage(20, {State.DELIVERED: 1, State.PENDING: 1})


def test_a_brokers_ceiling_is_remembered(connection: sqlite3.Connection) -> None:
    index = Index(connection)

    assert index.chunk_ceiling("b:1883") is None
    for ceiling in (8192, 4096):
        index.set_chunk_ceiling("b:1883", ceiling)
        assert index.chunk_ceiling("b:1883") == ceiling


def test_frames_that_wait_belong_to_one_device(tmp_path: Path) -> None:
    """Another device would send them under its own name, and the centre would refuse them for good."""
    with open_store(tmp_path / "store") as store:
        keep(store)
    connection = connect(tmp_path / "store" / "captures.db", MIGRATIONS)

    with pytest.raises(StoreError, match=f"another device: {DEVICE}, not camera-2") as caught:
        Index(connection).of(DeviceId("camera-2"))

    assert "device.id" in str(caught.value.hint)
    assert Index(connection).of(DEVICE).usage().bytes > 0
    connection.execute("UPDATE captures SET state = 'delivered'")
    assert Index(connection).of(DeviceId("camera-2")).usage().bytes > 0
