"""What a start finds and puts right: a damaged index, files without rows, rows without files."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from askance.database import transaction
from askance.edge.store.ballast import Ballast
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.faults import UNREADABLE_ERRNOS
from askance.edge.store.index import Entry, Index, Record
from askance.edge.store.lifecycle import Event
from askance.edge.store.opening import begin_anew, close_anyhow, open_index
from askance.edge.store.spendings import charge
from askance.errors import StoreError, StoreFullError, WireError
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
        unreadable: files without a row that the disk does not give back, left where they are for the next start.
    """

    rebuilt: bool
    unfinished: int
    finished: int
    adopted: int
    lost: int
    damaged: int
    unreadable: int

    def describe(self) -> str | None:
        """Say it in a line; None where there was nothing to do."""
        found = {
            "index was damaged and is rebuilt from the frames": int(self.rebuilt),
            "half-written files removed": self.unfinished,
            "interrupted deletions finished": self.finished,
            "frames without a row taken in, their rules charged": self.adopted,
            "frames lost, their files are gone": self.lost,
            "damaged files set aside": self.damaged,
            "files left alone, the disk does not give them back": self.unreadable,
        }
        parts = [f"{what}: {count}" for what, count in found.items() if count]
        return ", ".join(parts) or None


def recover(path: Path, envelopes: Envelopes, *, ballast: Ballast) -> tuple[sqlite3.Connection, Recovery]:
    """Open the index in ``path`` and make rows and files agree.

    An index that is damaged is set aside, and so is one whose pages are sound but with which no start gets to its end:
    the device would never start again, and all that matters of it can be made anew from the files.

    Raises:
        StoreFullError: the disk has no room, is read-only or fails.
        StoreError: the index was written by a newer version, or cannot be opened.
    """
    connection, rebuilt = ballast.spend_on("open the index", lambda: open_index(path))
    try:
        return connection, ballast.spend_on("check the store", lambda: sweep(connection, envelopes, rebuilt=rebuilt))
    except (StoreError, ValueError) as error:
        close_anyhow(connection)
        if rebuilt or isinstance(error, StoreFullError) or isinstance(error.__cause__, OSError):
            raise
    made = ballast.spend_on("make an index anew", lambda: begin_anew(path))
    return made, ballast.spend_on("check the store", lambda: sweep(made, envelopes, rebuilt=True))


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
    taken = _adopt(connection, envelopes, strangers=strangers)
    damaged += taken.damaged
    return Recovery(rebuilt, unfinished, finished, taken.adopted, len(missing), damaged, taken.unreadable)


def finish_deletions(index: Index, envelopes: Envelopes) -> list[Entry]:
    """Unlink the files of frames in DELETING, then delete their rows; returns what went.

    A file that the disk does not let go of keeps none of the others.

    Raises:
        OSError: the disk fails; what is left to do stays marked.
        sqlite3.Error: the same, seen by SQLite.
    """
    gone: list[Entry] = []
    failure: OSError | None = None
    for entry in index.condemned():
        try:
            envelopes.remove(entry.frame_id)
        except OSError as error:
            failure = error
        else:
            gone.append(entry)
    if gone:
        frame_ids = [entry.frame_id for entry in gone]
        envelopes.sync(frame_ids)
        index.forget(frame_ids)
    if failure is not None:
        raise failure
    return gone


def give_up(index: Index, envelopes: Envelopes, *, frame_id: FrameId, reason: str) -> list[Entry]:
    """Count out a frame whose file is gone or damaged, and keep what is left of the file as evidence; as above.

    Raises:
        OSError: the disk fails.
        sqlite3.Error: the same, seen by SQLite.
    """
    index.condemn([frame_id], Event.LOSE, reason=reason)
    with suppress(FileNotFoundError):
        envelopes.set_aside(envelopes.file(frame_id))
    return finish_deletions(index, envelopes)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of files without a row."""

    adopted: int
    damaged: int
    unreadable: int


def _adopt(connection: sqlite3.Connection, envelopes: Envelopes, *, strangers: Sequence[FrameId]) -> _Taken:
    """Give rows to files that have none, and set aside what is no sound envelope; what cannot be read stays."""
    index = Index(connection)
    adopted = damaged = unreadable = 0
    for start in range(0, len(strangers), _ADOPTED_AT_ONCE):
        records: list[Record] = []
        for frame_id in strangers[start : start + _ADOPTED_AT_ONCE]:
            try:
                record = _read(envelopes, frame_id)
            except OSError as error:
                if error.errno not in UNREADABLE_ERRNOS:
                    raise
                unreadable += 1
                continue
            if record is None:
                envelopes.set_aside(envelopes.file(frame_id))
                damaged += 1
            else:
                records.append(record)
        # the crash may have come between the rename and the sync of its folder
        envelopes.sync([record.manifest.frame_id for record in records])
        with transaction(connection):
            index.insert(records)
            charge(connection, records)
        adopted += len(records)
    return _Taken(adopted, damaged, unreadable)


def _read(envelopes: Envelopes, frame_id: FrameId) -> Record | None:
    """What the file says of itself; None where it is no envelope, or another frame's."""
    envelope = envelopes.load(frame_id) or b""
    try:
        manifest = unpack(envelope).manifest
    except WireError:
        return None
    return Record(manifest, len(envelope), digest(envelope)) if manifest.frame_id == frame_id else None
