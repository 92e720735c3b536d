"""Chunks of frames that are not complete yet, as rows of the catalog.

Every function runs in its caller's transaction. A row's key is the frame, the envelope it claims to belong to and the
place in it, so repeated and contradicting chunks never harm each other. No byte is kept twice, and the pieces of an
envelope and the unfinished envelopes of a device are bounded: nobody fills the disk with what never ends.
"""

import sqlite3
from typing import Final

from askance.central.parcel import Parcel, Range, gaps
from askance.wire.codec import Chunk
from askance.wire.identity import DeviceId, FrameId

MOST_PIECES: Final = 8192  # of 8 MiB: a KiB each, where honest chunks have four

_OF_PARCEL: Final = "device = ? AND frame_id = ? AND sha256 = ? AND total = ?"


def keep(connection: sqlite3.Connection, device: DeviceId, *, chunk: Chunk, at: float) -> bool:
    """Stage what of a chunk is not there yet, received at ``at`` (seconds since 1970, the centre's clock).

    Returns:
        False when its envelope has ``MOST_PIECES`` already; then nothing has changed.
    """
    parcel = Parcel.of_chunk(device, chunk)
    have = ranges(connection, parcel)
    if len(have) >= MOST_PIECES:
        return False
    pieces = gaps(have, chunk.offset, stop=chunk.offset + len(chunk.data))
    connection.executemany(
        "INSERT INTO staging (device, frame_id, sha256, total, start, length, received_at, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (*_key(parcel), start, length, at, chunk.data[start - chunk.offset : start - chunk.offset + length])
            for start, length in pieces
        ],
    )
    return True


def make_room(connection: sqlite3.Connection, parcel: Parcel, *, most: int) -> int:
    """Have no more than ``most`` unfinished envelopes of a device, a new one included: those go that rested longest.

    Returns:
        How many chunks went; the device is asked for them again, should it ever come back to their frames.
    """
    if connection.execute(f"SELECT 1 FROM staging WHERE {_OF_PARCEL} LIMIT 1", _key(parcel)).fetchone():  # noqa: S608 (a constant)
        return 0
    return connection.execute(
        "DELETE FROM staging WHERE device = ?1 AND (frame_id, sha256, total) IN (SELECT frame_id, sha256, total"
        " FROM staging WHERE device = ?1 GROUP BY frame_id, sha256, total ORDER BY max(rowid) DESC LIMIT -1 OFFSET ?2)",
        (parcel.device, most - 1),
    ).rowcount


def ranges(connection: sqlite3.Connection, parcel: Parcel) -> list[Range]:
    """Return what is staged of a parcel as (offset, length), sorted by offset."""
    rows = connection.execute(
        f"SELECT start, length FROM staging WHERE {_OF_PARCEL} ORDER BY start",  # noqa: S608 (a constant)
        _key(parcel),
    )
    return [(row["start"], row["length"]) for row in rows]


def assemble(connection: sqlite3.Connection, parcel: Parcel) -> bytes:
    """Put the staged chunks of a complete parcel together."""
    whole = bytearray(parcel.total)
    rows = connection.execute(
        f"SELECT start, length, data FROM staging WHERE {_OF_PARCEL} ORDER BY start",  # noqa: S608 (a constant)
        _key(parcel),
    )
    for row in rows:
        whole[row["start"] : row["start"] + row["length"]] = row["data"]
    return bytes(whole)


def drop(connection: sqlite3.Connection, device: DeviceId, *, frame_id: FrameId) -> None:
    """Forget everything staged of a frame: it is captured, or its chunks do not fit together."""
    connection.execute("DELETE FROM staging WHERE device = ? AND frame_id = ?", (device, frame_id))


def sweep(connection: sqlite3.Connection, before: float) -> int:
    """Delete the chunks received before a moment of the centre's clock; return how many."""
    return connection.execute("DELETE FROM staging WHERE received_at < ?", (before,)).rowcount


def _key(parcel: Parcel) -> tuple[str, str, str, int]:
    return (parcel.device, parcel.frame_id, parcel.sha256, parcel.total)
