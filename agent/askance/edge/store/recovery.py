"""What a start finds and puts right: a damaged index, files without rows, rows without files."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from askance.database import connect, sound, transaction
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.faults import DAMAGE_CODES, primary_code
from askance.edge.store.index import Entry, Index, Record
from askance.edge.store.lifecycle import Event
from askance.edge.store.schema import INDEX_NAME, MIGRATIONS, PAGE_BYTES
from askance.edge.store.spendings import charge
from askance.errors import StoreError, WireError
from askance.wire.codec import digest, unpack
from askance.wire.identity import FrameId

LOST: Final = "lost"
DAMAGED: Final = "damaged"
_ADOPTED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start had to put right.

    Attributes:
        rebuilt: the index was damaged and set aside.
        unfinished: half-written files removed.
        finished: deletions completed that a crash had interrupted.
        adopted: files that had no row and have one now; the rules that they name have paid for them once more.
        lost: frames whose file is gone.
        damaged: files that are no sound envelope, moved to ``damaged``; those that had a row are in the ledger too.
    """

    rebuilt: bool
    unfinished: int
    finished: int
    adopted: int
    lost: int
    damaged: int

    def describe(self) -> str | None:
        """Say it in a line; None where there was nothing to do."""
        found = {
            "index was damaged and is rebuilt from the frames": int(self.rebuilt),
            "half-written files removed": self.unfinished,
            "interrupted deletions finished": self.finished,
            "frames without a row taken in, their rules charged": self.adopted,
            "frames lost, their files are gone": self.lost,
            "damaged files set aside": self.damaged,
        }
        parts = [f"{what}: {count}" for what, count in found.items() if count]
        return ", ".join(parts) or None


def open_index(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Open the database in ``path``; a damaged one is set aside for an empty one, which the second value says.

    Raises:
        StoreError: it was written by a newer version.
        sqlite3.Error: it cannot be opened.
        OSError: it cannot be set aside.
    """
    file = path / INDEX_NAME
    try:
        connection = connect(file, MIGRATIONS, page_bytes=PAGE_BYTES)
    except StoreError as error:
        cause = error.__cause__
        if not isinstance(cause, sqlite3.Error):
            raise
        if primary_code(cause) not in DAMAGE_CODES:
            raise cause from error
    else:
        if sound(connection):
            return connection, False
        # closing writes the log back, which a damaged file may refuse; it is set aside as it is
        with suppress(sqlite3.Error):
            connection.close()
    _set_aside(file)
    return connect(file, MIGRATIONS, page_bytes=PAGE_BYTES), True


def sweep(connection: sqlite3.Connection, envelopes: Envelopes, *, rebuilt: bool) -> Recovery:
    """Make rows and files agree, while nobody else writes; after a failure, sweeping again goes on where it stopped.

    Raises:
        OSError: the disk fails.
        sqlite3.Error: the same, seen by SQLite.
    """
    index = Index(connection)
    unfinished = envelopes.remove_unfinished()
    finished = len(finish_deletions(index, envelopes))
    sizes = {entry.frame_id: entry.size for entry in index.entries()}
    strangers: list[FrameId] = []
    missing = set(sizes)
    damaged = 0
    for file, frame_id in envelopes.walk():
        if frame_id is None:
            envelopes.set_aside(file)
            damaged += 1
        elif frame_id not in sizes:
            strangers.append(frame_id)
        else:
            missing.discard(frame_id)
            if file.stat().st_size != sizes[frame_id]:
                give_up(index, envelopes, frame_id=frame_id, reason=DAMAGED)
                damaged += 1
    index.condemn(missing, Event.LOSE, reason=LOST)
    finish_deletions(index, envelopes)
    adopted = _adopt(connection, envelopes, strangers=strangers)
    damaged += len(strangers) - adopted
    return Recovery(rebuilt, unfinished, finished, adopted, len(missing), damaged)


def finish_deletions(index: Index, envelopes: Envelopes) -> list[Entry]:
    """Unlink the files of frames in DELETING, then delete their rows; returns what went.

    Raises:
        OSError: the disk fails; what is left to do stays marked.
        sqlite3.Error: the same, seen by SQLite.
    """
    condemned = index.condemned()
    frame_ids = [entry.frame_id for entry in condemned]
    if frame_ids:
        envelopes.remove(frame_ids)
        index.forget(frame_ids)
    return condemned


def give_up(index: Index, envelopes: Envelopes, *, frame_id: FrameId, reason: str) -> list[Entry]:
    """Count out a frame whose file is gone or damaged, and keep what is left of the file as evidence.

    Raises:
        OSError: the disk fails.
        sqlite3.Error: the same, seen by SQLite.
    """
    index.condemn([frame_id], Event.LOSE, reason=reason)
    with suppress(FileNotFoundError):
        envelopes.set_aside(envelopes.file(frame_id))
    return finish_deletions(index, envelopes)


def _adopt(connection: sqlite3.Connection, envelopes: Envelopes, *, strangers: Sequence[FrameId]) -> int:
    """Give rows to files that have none, and set aside what is no sound envelope; returns how many were sound."""
    index = Index(connection)
    adopted = 0
    for start in range(0, len(strangers), _ADOPTED_AT_ONCE):
        records: list[Record] = []
        for frame_id in strangers[start : start + _ADOPTED_AT_ONCE]:
            record = _read(envelopes, frame_id)
            if record is None:
                envelopes.set_aside(envelopes.file(frame_id))
            else:
                records.append(record)
        # the crash may have come between the rename and the sync of its folder
        envelopes.sync([record.manifest.frame_id for record in records])
        with transaction(connection):
            index.insert(records)
            charge(connection, records)
        adopted += len(records)
    return adopted


def _read(envelopes: Envelopes, frame_id: FrameId) -> Record | None:
    """What the file says of itself; None where it is no envelope, or another frame's."""
    envelope = envelopes.load(frame_id) or b""
    try:
        manifest = unpack(envelope).manifest
    except WireError:
        return None
    return Record(manifest, len(envelope), digest(envelope)) if manifest.frame_id == frame_id else None


def _set_aside(file: Path) -> None:
    """Rename a damaged database and its log; only the last one set aside is kept."""
    before = sorted(file.parent.glob(f"{file.name}.corrupt-*"))
    numbers = [int(old.name.removeprefix(f"{file.name}.corrupt-").partition("-")[0]) for old in before]
    aside = file.with_name(f"{file.name}.corrupt-{max(numbers, default=0) + 1}")
    for suffix in ("", "-wal"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + suffix).rename(aside.with_name(aside.name + suffix))
    # a map of the log that is gone
    for old in (*before, file.with_name(f"{file.name}-shm")):
        old.unlink(missing_ok=True)
