"""A look at a store from outside, while its agent runs or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from askance.database import connect, expect_begun
from askance.edge.store.faults import translated
from askance.edge.store.index import Index
from askance.edge.store.ledger import read_ledgers
from askance.edge.store.lifecycle import State
from askance.edge.store.schema import INDEX_NAME
from askance.errors import StoreError
from askance.wire.identity import FrameId
from askance.wire.receipts import Ledger

NEWEST_SHOWN: Final = 10

_NEWEST = """
SELECT frame_id, state, camera, arm, value, bytes, trouble,
       (SELECT text FROM reasons WHERE capture = captures.id AND position = 0) AS reason
FROM captures ORDER BY boot DESC, seq DESC LIMIT ?
"""
_NEWEST_BOOT = "SELECT boot_id FROM boots ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One captured frame in a line; ``trouble`` says why it is quarantined, ``size`` is in bytes."""

    frame_id: FrameId
    state: State
    camera: str
    arm: str
    value: float
    size: int
    trouble: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The store at one moment: ledgers newest boot first, bytes of envelopes, frames by state, newest captures."""

    ledgers: tuple[Ledger, ...]
    bytes: int
    counts: Mapping[State, int]
    newest: tuple[Glimpse, ...]


def peek(path: Path) -> Snapshot:
    """Read the store in the folder ``path`` without locking or changing it.

    Raises:
        StoreError: there is none, or it is damaged.
    """
    if not (path / INDEX_NAME).is_file():
        raise StoreError(f"no capture store in {path}", hint="`askance edge run` makes it; or correct store.path")
    connection = connect(path / INDEX_NAME, (), readonly=True)
    try:
        with translated(f"read the store {path}"):
            expect_begun(connection, path / INDEX_NAME)
            # one transaction, so that ledger and counts are of the same moment
            connection.execute("BEGIN")
            boot = connection.execute(_NEWEST_BOOT).fetchone()
            usage = Index(connection).usage()
            newest = tuple(
                Glimpse(
                    FrameId(row["frame_id"]),
                    State(row["state"]),
                    row["camera"],
                    row["arm"],
                    row["value"],
                    row["bytes"],
                    row["trouble"],
                    row["reason"],
                )
                for row in connection.execute(_NEWEST, (NEWEST_SHOWN,))
            )
            ledgers = read_ledgers(connection, None if boot is None else boot["boot_id"])
            return Snapshot(ledgers, usage.bytes, usage.counts, newest)
    finally:
        connection.close()
