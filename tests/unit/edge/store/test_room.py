"""The bytes of a store, and who gives way."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect, transaction
from askance.edge.config import StoreSection
from askance.edge.store.ballast import Ballast
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.eviction import Newcomer
from askance.edge.store.index import Index, Record
from askance.edge.store.inspection import Inspection
from askance.edge.store.lifecycle import Event
from askance.edge.store.room import MOST_STUCK, Room
from askance.edge.store.schema import INDEX_NAME, MIGRATIONS
from askance.errors import StoreFullError
from askance.wire.capture import Arm, Priority
from askance.wire.codec import digest
from askance.wire.identity import FrameId, new_frame_id
from support_places import break_files
from support_store import BOOT, DEVICE, make_draft

QUOTA = 10**6


class Shelf:
    """A room with its parts."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.index = Index(connection)
        self.envelopes = Envelopes(folder)
        self.connection = connection
        self.room = Room(
            StoreSection(path=folder, quota=QUOTA, min_free=0),
            connection=connection,
            envelopes=self.envelopes,
            inspection=Inspection(self.envelopes),
            ballast=Ballast(folder / "ballast"),
        )

    def put(self, number: int, *, size: int = 100_000) -> FrameId:
        frame_id = new_frame_id(wall_ms=number, randomness=bytes([number]) * 10)
        manifest = make_draft(value=0.5).manifest(frame_id, DEVICE, boot_id=BOOT, seq=number)
        self.envelopes.write(frame_id, bytes(size))
        with transaction(self.connection):
            self.index.insert([Record(manifest, size, digest(bytes(size)))])
        self.room.fill(size)
        return frame_id


@pytest.fixture
def shelf(tmp_path: Path) -> Generator[Shelf, None, None]:
    connection = connect(tmp_path / INDEX_NAME, MIGRATIONS)
    yield Shelf(tmp_path, connection)
    connection.close()


def newcomer(size: int = 100_000, *, value: float = 0.9) -> Newcomer:
    return Newcomer(Arm.UNCERTAINTY, Priority.DOUBTFUL, value, size)


def test_bytes_are_counted_in_and_out(shelf: Shelf) -> None:
    frame_id = shelf.put(1)
    shelf.put(2)
    assert 200_000 == shelf.room.taken

    assert [True, False] == [shelf.room.give_up(frame_id, "lost") for _ in range(2)]

    assert 100_000 == shelf.room.taken == shelf.index.usage().bytes


@pytest.mark.parametrize(("value", "fits"), [(0.9, True), (0.1, False)])
def test_a_newcomer_displaces_what_is_worth_less(shelf: Shelf, *, value: float, fits: bool) -> None:
    first, *_ = [shelf.put(number) for number in range(10)]

    assert fits == shelf.room.make(newcomer(value=value))
    assert fits == (shelf.index.find(first) is None)
    assert (9 if fits else 10) * 100_000 == shelf.room.taken


def test_a_newcomer_that_is_larger_than_the_quota_displaces_nobody(shelf: Shelf) -> None:
    shelf.put(1)

    assert not shelf.room.make(newcomer(QUOTA + 1))
    assert 100_000 == shelf.room.taken


def test_a_file_that_the_disk_does_not_let_go_of_keeps_no_other_and_no_newcomer(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame_ids = [shelf.put(number) for number in range(10)]
    break_files(monkeypatch, shelf.envelopes.file(frame_ids[0]))

    with pytest.raises(StoreFullError, match="Input/output"):
        shelf.room.make(newcomer(200_000))
    assert [frame_ids[0]] == [entry.frame_id for entry in shelf.index.condemned()]
    assert shelf.envelopes.size(frame_ids[1]) is None
    assert 900_000 == shelf.room.taken == shelf.index.usage().bytes, "what is still there takes room"

    assert shelf.room.make(newcomer())


def test_a_frame_is_given_up_although_the_disk_does_not_let_go_of_another(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast, lost = shelf.put(1), shelf.put(2)
    break_files(monkeypatch, shelf.envelopes.file(fast))
    shelf.index.condemn([fast], Event.EVICT, reason="quota")

    assert shelf.room.give_up(lost, "lost")
    assert [fast] == [entry.frame_id for entry in shelf.index.entries()]
    assert 100_000 == shelf.room.taken


def test_no_more_are_given_up_where_none_of_many_can_be_unlinked(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    frame_ids = [shelf.put(number, size=QUOTA // 100) for number in range(100)]
    break_files(monkeypatch, *map(shelf.envelopes.file, frame_ids))

    for _ in range(100):
        with pytest.raises(StoreFullError):
            shelf.room.make(newcomer(QUOTA // 100))

    assert MOST_STUCK + 1 == len(shelf.index.condemned())


def test_other_files_that_fill_the_disk_are_told(tmp_path: Path, shelf: Shelf) -> None:
    section = StoreSection(path=tmp_path, quota=QUOTA, min_free=2**60)
    room = Room(
        section,
        connection=shelf.connection,
        envelopes=shelf.envelopes,
        inspection=Inspection(shelf.envelopes),
        ballast=Ballast(tmp_path / "ballast"),
    )

    with pytest.raises(StoreFullError, match="too few free bytes") as caught:
        room.make(newcomer())
    assert "store.min_free" in (caught.value.hint or "")
