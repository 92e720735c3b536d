"""The end of a frame, on disks that do not let go of it."""

import errno
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Never

import pytest

from askance.database import connect, transaction
from askance.edge.store.deletions import DAMAGED, finish_deletions, give_up
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.index import Index, Record
from askance.edge.store.lifecycle import Event
from askance.edge.store.schema import INDEX_NAME, MIGRATIONS
from askance.wire.codec import digest
from askance.wire.identity import FrameId, new_frame_id
from support_places import break_files
from support_store import BOOT, DEVICE, make_draft


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    connection = connect(tmp_path / INDEX_NAME, MIGRATIONS)
    yield connection
    connection.close()


def put(connection: sqlite3.Connection, envelopes: Envelopes, number: int) -> FrameId:
    frame_id = new_frame_id(wall_ms=number, randomness=bytes([number]) * 10)
    manifest = make_draft().manifest(frame_id, DEVICE, boot_id=BOOT, seq=number)
    envelopes.write(frame_id, b"frame")
    with transaction(connection):
        Index(connection).insert([Record(manifest, 5, digest(b"frame"))])
    return frame_id


def test_a_file_that_the_disk_does_not_let_go_of_stays_marked_and_keeps_no_other(
    connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelopes, index = Envelopes(tmp_path), Index(connection)
    fast, other = (put(connection, envelopes, number) for number in (1, 2))
    index.condemn([fast, other], Event.EVICT, reason="quota")
    with monkeypatch.context() as broken:
        break_files(broken, envelopes.file(fast))
        gone, failure = finish_deletions(index, envelopes)

    assert [other] == [entry.frame_id for entry in gone]
    assert failure is not None
    assert errno.EIO == failure.errno
    assert [fast] == [entry.frame_id for entry in index.condemned()]

    gone, failure = finish_deletions(index, envelopes)
    assert ([fast], None, []) == ([entry.frame_id for entry in gone], failure, index.entries())


def test_what_is_left_of_a_file_is_kept_as_evidence(connection: sqlite3.Connection, tmp_path: Path) -> None:
    envelopes, index = Envelopes(tmp_path), Index(connection)
    frame_id = put(connection, envelopes, 1)

    gone, failure = give_up(index, envelopes, frame_id=frame_id, reason=DAMAGED)

    assert ([frame_id], None, []) == ([entry.frame_id for entry in gone], failure, index.entries())
    assert [envelopes.file(frame_id).name] == [file.name for file in (tmp_path / "damaged").iterdir()]


def test_a_disk_without_a_place_for_evidence_takes_no_frame_hostage(
    connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelopes, index = Envelopes(tmp_path), Index(connection)
    frame_id = put(connection, envelopes, 1)

    def failing(_file: Path) -> Never:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(envelopes, "set_aside", failing)

    gone, _ = give_up(index, envelopes, frame_id=frame_id, reason=DAMAGED)

    assert ([frame_id], None) == ([entry.frame_id for entry in gone], envelopes.size(frame_id))
