"""What a start finds and puts right: files without rows, rows without files, work that a crash interrupted."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from askance.database import transaction
from askance.edge.store.deletions import DAMAGED, LOST, finish_deletions, give_up
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.faults import UNREADABLE_ERRNOS, attempt
from askance.edge.store.index import Index, Record
from askance.edge.store.lifecycle import Event
from askance.edge.store.spendings import charge
from askance.errors import WireError
from askance.wire.codec import digest, unpack
from askance.wire.identity import FrameId

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
        stuck: files that the disk does not let go of, left for the next eviction or start.
        unlisted: folders that the disk does not list; nothing is known of what is in them.
    """

    rebuilt: bool
    unfinished: int
    finished: int
    adopted: int
    lost: int
    damaged: int
    unreadable: int
    stuck: int
    unlisted: int

    @property
    def trouble(self) -> str | None:
        """What stays wrong until somebody mends the disk; None where nothing does."""
        if not self.unlisted:
            return None
        return f"the disk does not list {self.unlisted} of the store's folders: see dmesg, run fsck, restart the agent"

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
            "files left alone, the disk does not let go of them": self.stuck,
            "folders left alone, the disk does not list them": self.unlisted,
        }
        parts = [f"{what}: {count}" for what, count in found.items() if count]
        return ", ".join(parts) or None


def sweep(connection: sqlite3.Connection, envelopes: Envelopes, *, rebuilt: bool) -> Recovery:
    """Make rows and files agree, while nobody else writes; after a failure, sweeping again goes on where it stopped.

    A place that the disk does not give back costs what is in it, and not the start.

    Raises:
        OSError: the disk fails.
        sqlite3.Error: the same, seen by SQLite.
    """
    index = Index(connection)
    finished = _finish(index, envelopes)
    listing = envelopes.look()
    unfinished = sum(attempt(file.unlink) for file in listing.unfinished)
    stuck = len(listing.unfinished) - unfinished
    sizes = {entry.frame_id: entry.size for entry in index.entries()}
    strangers: list[FrameId] = []
    missing = set(sizes)
    damaged = 0
    for file, frame_id in listing.files:
        if frame_id is None:
            aside = attempt(partial(envelopes.set_aside, file))
            damaged += aside
            stuck += not aside
        elif frame_id not in sizes:
            strangers.append(frame_id)
        else:
            missing.discard(frame_id)
            if _has_another_length(file, sizes[frame_id]):
                give_up(index, envelopes, frame_id=frame_id, reason=DAMAGED)
                damaged += 1
    gone = [frame_id for frame_id in missing if not listing.hides(envelopes.file(frame_id))]
    lost = index.condemn(gone, Event.LOSE, reason=LOST)
    _finish(index, envelopes)
    taken = _adopt(connection, envelopes, strangers=strangers)
    return Recovery(
        rebuilt=rebuilt,
        unfinished=unfinished,
        finished=finished,
        adopted=taken.adopted,
        lost=len(lost),
        damaged=damaged + taken.damaged,
        unreadable=taken.unreadable,
        stuck=stuck + taken.stuck + len(index.condemned()),
        unlisted=len(listing.unlisted),
    )


def _finish(index: Index, envelopes: Envelopes) -> int:
    """Finish deletions, but for files in places that the disk does not give back; returns how many went."""
    gone, failure = finish_deletions(index, envelopes)
    if failure is not None and failure.errno not in UNREADABLE_ERRNOS:
        raise failure
    return len(gone)


def _has_another_length(file: Path, size: int) -> bool:
    """Whether a file was cut; where the disk does not tell, whoever reads it will see."""
    try:
        return file.stat().st_size != size
    except OSError as error:
        if error.errno not in UNREADABLE_ERRNOS:
            raise
        return False


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of files without a row."""

    adopted: int
    damaged: int
    unreadable: int
    stuck: int


def _adopt(connection: sqlite3.Connection, envelopes: Envelopes, *, strangers: Sequence[FrameId]) -> _Taken:
    """Give rows to files that have none, and set aside what is no sound envelope; what cannot be read stays."""
    index = Index(connection)
    adopted = damaged = unreadable = stuck = 0
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
            if record is not None:
                records.append(record)
            elif attempt(partial(envelopes.set_aside, envelopes.file(frame_id))):
                damaged += 1
            else:
                stuck += 1
        # the crash may have come between the rename and the sync of its folder
        envelopes.sync([record.manifest.frame_id for record in records])
        with transaction(connection):
            index.insert(records)
            charge(connection, records)
        adopted += len(records)
    return _Taken(adopted, damaged, unreadable, stuck)


def _read(envelopes: Envelopes, frame_id: FrameId) -> Record | None:
    """What the file says of itself; None where it is no envelope, or another frame's."""
    envelope = envelopes.load(frame_id) or b""
    try:
        manifest = unpack(envelope).manifest
    except WireError:
        return None
    return Record(manifest, len(envelope), digest(envelope)) if manifest.frame_id == frame_id else None
