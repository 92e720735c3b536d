"""The count of frames per boot: what went in is counted, what is left is looked up, and the two have to agree."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from askance.edge.store.lifecycle import State
from askance.wire.receipts import Ledger

MOST_REPORTED: Final = 16
BOOTS_KEPT: Final = 64

# The boots that changed last, whatever they still hold: central keeps the last word on each, so one that has not
# changed need not be repeated, and one whose frames are all gone has to be said once more.
_LEDGERS = """
WITH pending AS (SELECT boot, count(*) AS frames FROM captures WHERE state = 'pending' GROUP BY boot),
     quarantined AS (SELECT boot, count(*) AS frames FROM captures WHERE state = 'quarantined' GROUP BY boot)
SELECT boot_id, captured, stored,
       coalesce(pending.frames, 0) AS pending,
       coalesce(quarantined.frames, 0) AS quarantined,
       (SELECT json_group_object(reason, frames) FROM evictions WHERE boot = number) AS evicted
FROM boots LEFT JOIN pending ON pending.boot = number LEFT JOIN quarantined ON quarantined.boot = number
WHERE boot_id = :current OR captured > 0
ORDER BY boot_id = :current DESC, changed DESC, number DESC LIMIT :most
"""
_CHANGED = "changed = (SELECT max(changed) + 1 FROM boots)"


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


def begin_boot(connection: sqlite3.Connection, boot_id: str) -> Boot:
    """Open the current boot, and forget those without a frame here that changed long before others."""
    boot = open_boot(connection, boot_id)
    connection.execute(
        "DELETE FROM boots WHERE number NOT IN (SELECT boot FROM captures) AND number NOT IN"
        " (SELECT number FROM boots ORDER BY number = ? DESC, changed DESC, number DESC LIMIT ?)",
        (boot.number, BOOTS_KEPT),
    )
    return boot


def count_captured(connection: sqlite3.Connection, boot: int, *, seq: int) -> None:
    """Count a frame in, in the transaction that writes its row."""
    connection.execute(
        f"UPDATE boots SET captured = captured + 1, next_seq = max(next_seq, ? + 1), {_CHANGED} WHERE number = ?",  # noqa: S608 (our own words)
        (seq, boot),
    )


def count_stored(connection: sqlite3.Connection, boot: int) -> None:
    """Count a receipt, in the transaction that delivers the frame."""
    connection.execute(f"UPDATE boots SET stored = stored + 1, {_CHANGED} WHERE number = ?", (boot,))  # noqa: S608 (our own words)


def mark_changed(connection: sqlite3.Connection, boot: int) -> None:
    """Note that a frame went into quarantine or out of it, in the transaction that moves it."""
    connection.execute(f"UPDATE boots SET {_CHANGED} WHERE number = ?", (boot,))  # noqa: S608 (our own words)


def count_gone(connection: sqlite3.Connection, boot: int, *, state: State, reason: str) -> None:
    """Count a frame out, in the transaction that takes it from ``state`` to DELETING.

    A delivered frame was counted as stored: its space is reclaimed and nothing is lost.
    """
    if state is State.DELIVERED:
        return
    connection.execute(
        "INSERT INTO evictions (boot, reason, frames) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET frames = frames + 1",
        (boot, reason),
    )
    mark_changed(connection, boot)


def read_ledgers(connection: sqlite3.Connection, current: str | None) -> tuple[Ledger, ...]:
    """The ``current`` boot, then those that changed last, at most MOST_REPORTED in all."""
    rows: list[sqlite3.Row] = connection.execute(_LEDGERS, {"current": current, "most": MOST_REPORTED}).fetchall()
    return tuple(
        Ledger(
            boot_id=row["boot_id"],
            captured=row["captured"],
            stored=row["stored"],
            pending=row["pending"],
            evicted=json.loads(row["evicted"]),
            quarantined=row["quarantined"],
        )
        for row in rows
    )
