"""Chunks of frames that are not complete yet, as rows of the catalog.

Every function runs in its caller's transaction. A row's key is the frame, the envelope it claims to belong to and the
place in it, so overlapping, repeated and contradicting chunks never harm each other.
"""

import sqlite3
from typing import Final

from askance.central.parcel import Parcel, Range
from askance.wire.codec import Chunk
from askance.wire.identity import DeviceId, FrameId

_OF_PARCEL: Final = "device = ? AND frame_id = ? AND sha256 = ? AND total = ?"


def keep(connection: sqlite3.Connection, device: DeviceId, *, chunk: Chunk, at: float) -> None:
    """Stage a chunk received at ``at`` (seconds since 1970, the centre's clock); one that is there already is left."""
    connection.execute(
        "INSERT INTO staging (device, frame_id, sha256, total, start, length, received_at, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (*_key(Parcel.of_chunk(device, chunk)), chunk.offset, len(chunk.data), at, chunk.data),
    )


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
