"""The rows of ``captures.db``: each method is one question or one transaction."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from askance.database import transaction
from askance.edge.store import ledger, rows
from askance.edge.store.lifecycle import Event, State, step
from askance.errors import StoreError
from askance.wire.capture import Manifest
from askance.wire.identity import DeviceId, FrameId, Sha256


@dataclass(frozen=True, slots=True)
class Due:
    """A frame that central does not have yet; ``size`` is the envelope's length in bytes."""

    frame_id: FrameId
    sha256: Sha256
    size: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How full the store is: bytes of envelopes, and frames by state."""

    bytes: int
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index says of one frame; ``size`` in bytes."""

    frame_id: FrameId
    state: State
    size: int
    sha256: Sha256
    boot: int


@dataclass(frozen=True, slots=True)
class Record:
    """An envelope that stands in the folder and is to have rows."""

    manifest: Manifest
    size: int
    sha256: Sha256


_ENTRY = "SELECT frame_id, state, bytes, sha256, boot FROM captures"


class Index:
    """Questions to and changes of the database on ``connection``; whoever shares it holds a lock.

    Raises:
        sqlite3.Error: from every method, as SQLite says.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, device: DeviceId) -> Self:
        """Return the index, unless frames of another device wait in it, which the centre would refuse for good.

        Raises:
            StoreError: they do.
        """
        row = self._connection.execute(
            "SELECT device FROM captures WHERE device != ? AND state IN ('pending', 'quarantined') LIMIT 1", (device,)
        ).fetchone()
        if row is not None:
            raise StoreError(
                f"the store holds frames of another device: {row['device']}, not {device}",
                hint="set `device.id` to it until the centre has them, or name another folder with `store.path`",
            )
        return self

    def insert(self, records: Iterable[Record]) -> None:
        """Count frames in and write their rows; the caller holds the transaction."""
        for record in records:
            taken = record.manifest.taken
            boot = ledger.open_boot(self._connection, taken.boot_id).number
            rows.insert(self._connection, record.manifest, boot=boot, envelope_bytes=record.size, sha256=record.sha256)
            ledger.count_captured(self._connection, boot, seq=taken.seq)

    def entries(self) -> list[Entry]:
        """Every frame that has a row."""
        return [_entry(row) for row in self._connection.execute(_ENTRY)]

    def find(self, frame_id: FrameId) -> Entry | None:
        """Look one frame up; None where it has no row or is being deleted."""
        row: sqlite3.Row | None = self._connection.execute(
            f"{_ENTRY} WHERE frame_id = ? AND state <> 'deleting'", (frame_id,)
        ).fetchone()
        return None if row is None else _entry(row)

    def deliver(self, frame_id: FrameId, sha256: Sha256) -> bool:
        """Take a receipt; False when no frame with this id and hash is held."""
        with transaction(self._connection):
            entry = self.find(frame_id)
            if entry is None or entry.sha256 != sha256:
                return False
            if self._step(entry, Event.RECEIPT):
                ledger.count_stored(self._connection, entry.boot)
        return True

    def quarantine(self, frame_id: FrameId, reason: str) -> bool:
        """Take a refusal; False when the frame is not held."""
        with transaction(self._connection):
            entry = self.find(frame_id)
            if entry is None:
                return False
            if self._step(entry, Event.REFUSAL):
                ledger.mark_changed(self._connection, entry.boot)
                self._connection.execute("UPDATE captures SET trouble = ? WHERE frame_id = ?", (reason, frame_id))
        return True

    def requeue(self, frame_id: FrameId | None) -> int:
        """Queue one quarantined frame again, or with None all of them; returns how many.

        Raises:
            StoreError: the frame is held but not quarantined.
        """
        with transaction(self._connection):
            if frame_id is None:
                entries = [_entry(row) for row in self._connection.execute(f"{_ENTRY} WHERE state = 'quarantined'")]
            else:
                entries = [entry for entry in [self.find(frame_id)] if entry is not None]
            for entry in entries:
                self._step(entry, Event.REQUEUE)
                ledger.mark_changed(self._connection, entry.boot)
                self._connection.execute("UPDATE captures SET trouble = NULL WHERE frame_id = ?", (entry.frame_id,))
        return len(entries)

    def condemn(self, frame_ids: Collection[FrameId], event: Event, *, reason: str) -> list[Entry]:
        """Count frames out, by ``reason``, before their files go; returns those that were held."""
        with transaction(self._connection):
            condemned = [entry for entry in map(self.find, frame_ids) if entry is not None]
            for entry in condemned:
                self._step(entry, event)
                ledger.count_gone(self._connection, entry.boot, state=entry.state, reason=reason)
        return condemned

    def condemned(self) -> list[Entry]:
        """The frames in DELETING, whose files are to be unlinked."""
        return [_entry(row) for row in self._connection.execute(f"{_ENTRY} WHERE state = 'deleting'")]

    def forget(self, frame_ids: Collection[FrameId]) -> None:
        """Delete the rows of frames whose files are gone."""
        with transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM captures WHERE frame_id = ? AND state = 'deleting'", [(each,) for each in frame_ids]
            )

    def due(self, limit: int, exclude: Collection[FrameId]) -> list[Due]:
        """The pending frames to send first: by priority, then value, then age."""
        found: list[sqlite3.Row] = self._connection.execute(
            "SELECT frame_id, sha256, bytes FROM captures WHERE state = 'pending'"
            " ORDER BY priority, value DESC, boot, seq LIMIT ?",
            (limit + len(exclude),),
        ).fetchall()
        left = [row for row in found if row["frame_id"] not in exclude]
        return [Due(FrameId(row["frame_id"]), Sha256(row["sha256"]), row["bytes"]) for row in left[:limit]]

    def usage(self) -> Usage:
        """Bytes and counts, frames that are being deleted included."""
        found: list[sqlite3.Row] = self._connection.execute(
            "SELECT state, count(*) AS frames, sum(bytes) AS bytes FROM captures GROUP BY state"
        ).fetchall()
        return Usage(sum(row["bytes"] for row in found), {State(row["state"]): row["frames"] for row in found})

    def chunk_ceiling(self, broker: str) -> int | None:
        """The greatest chunk the broker is known to take, in bytes; None while nothing was learnt."""
        row: sqlite3.Row | None = self._connection.execute(
            "SELECT chunk_ceiling FROM brokers WHERE broker = ?", (broker,)
        ).fetchone()
        return None if row is None else row["chunk_ceiling"]

    def set_chunk_ceiling(self, broker: str, ceiling: int) -> None:
        """Remember the greatest chunk the broker takes, in bytes."""
        self._connection.execute(
            "INSERT INTO brokers (broker, chunk_ceiling) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET chunk_ceiling = excluded.chunk_ceiling",
            (broker, ceiling),
        )

    def _step(self, entry: Entry, event: Event) -> bool:
        """Move the frame on; False when it stays where it is."""
        following = step(entry.state, event)
        if following is entry.state:
            return False
        self._connection.execute("UPDATE captures SET state = ? WHERE frame_id = ?", (following, entry.frame_id))
        return True


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(FrameId(row["frame_id"]), State(row["state"]), row["bytes"], Sha256(row["sha256"]), row["boot"])
