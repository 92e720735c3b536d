"""The count of frames per boot: what went in is counted, what is left is looked up, and the two have to agree."""

import sqlite3
from dataclasses import dataclass

from askance.edge.store.lifecycle import State
from askance.wire.receipts import Ledger

_LEDGERS = """
SELECT number, boot_id, captured, stored,
       (SELECT count(*) FROM captures WHERE state = 'pending' AND boot = number) AS pending,
       (SELECT count(*) FROM captures WHERE state = 'quarantined' AND boot = number) AS quarantined
FROM boots
WHERE boot_id = :current OR stored > reclaimed OR pending > 0 OR quarantined > 0
ORDER BY boot_id = :current DESC, number DESC
"""


@dataclass(frozen=True, slots=True)
class Boot:
    """One boot of the device as the database numbers them, in the order in which it met them."""

    number: int
    next_seq: int


def open_boot(connection: sqlite3.Connection, boot_id: str) -> Boot:
    """Find the boot, or note that it has begun."""
    connection.execute("INSERT INTO boots (boot_id) VALUES (?) ON CONFLICT DO NOTHING", (boot_id,))
    row: sqlite3.Row = connection.execute("SELECT number, next_seq FROM boots WHERE boot_id = ?", (boot_id,)).fetchone()
    return Boot(row["number"], row["next_seq"])


def count_captured(connection: sqlite3.Connection, boot: int, *, seq: int) -> None:
    """Count a frame in, in the transaction that writes its row."""
    connection.execute(
        "UPDATE boots SET captured = captured + 1, next_seq = max(next_seq, ? + 1) WHERE number = ?", (seq, boot)
    )


def count_stored(connection: sqlite3.Connection, boot: int) -> None:
    """Count a receipt, in the transaction that delivers the frame."""
    connection.execute("UPDATE boots SET stored = stored + 1 WHERE number = ?", (boot,))


def count_gone(connection: sqlite3.Connection, boot: int, *, state: State, reason: str) -> None:
    """Count a frame out, in the transaction that takes it from ``state`` to DELETING.

    A delivered frame was counted as stored: its space is reclaimed and nothing is lost.
    """
    if state is State.DELIVERED:
        connection.execute("UPDATE boots SET reclaimed = reclaimed + 1 WHERE number = ?", (boot,))
        return
    connection.execute(
        "INSERT INTO evictions (boot, reason, frames) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET frames = frames + 1",
        (boot, reason),
    )


def read_ledgers(connection: sqlite3.Connection, current: str | None) -> tuple[Ledger, ...]:
    """The boots that still have frames here and the ``current`` one, which is first; then the newest first."""
    rows: list[sqlite3.Row] = connection.execute(_LEDGERS, {"current": current}).fetchall()
    return tuple(
        Ledger(
            boot_id=row["boot_id"],
            captured=row["captured"],
            stored=row["stored"],
            pending=row["pending"],
            evicted=_evicted(connection, row["number"]),
            quarantined=row["quarantined"],
        )
        for row in rows
    )


def _evicted(connection: sqlite3.Connection, boot: int) -> dict[str, int]:
    rows: list[sqlite3.Row] = connection.execute(
        "SELECT reason, frames FROM evictions WHERE boot = ? ORDER BY reason", (boot,)
    ).fetchall()
    return {row["reason"]: row["frames"] for row in rows}
