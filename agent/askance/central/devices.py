"""What devices last said of themselves, and whether the frames they call stored are here."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from askance.wire.codec import dump_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Ledger, Notice, Status

MOST_NOTICES: Final = 10_000
MOST_BOOTS: Final = 256

_MOST: Final = 2**40  # more than any device captures, and sums of it still fit SQLite's integers


@dataclass(frozen=True, slots=True)
class Account:
    """One device's frames, over all its boots that we have heard of.

    Attributes:
        device: whose.
        online: what its last status or its will said; None before the first.
        last_seen: seconds since 1970 of the centre's clock.
        captured: frames it says it took; the four that follow say where they went.
        stored: delivered, it says.
        pending: waiting at the device.
        evicted: given up for space.
        quarantined: refused or undeliverable.
        received: frames that stand in our catalog.
        unaccounted: frames that the device's equation cannot explain, and frames it calls stored that are not here.
        trouble: what it complains about.
    """

    device: DeviceId
    online: bool | None
    last_seen: float
    captured: int
    stored: int
    pending: int
    evicted: int
    quarantined: int
    received: int
    unaccounted: int
    trouble: tuple[str, ...]


def known(connection: sqlite3.Connection) -> set[DeviceId]:
    """Return every device that was ever heard."""
    return {row["device"] for row in connection.execute("SELECT device FROM devices")}


def seen(connection: sqlite3.Connection, devices: Collection[DeviceId], *, at: float) -> None:
    """Note that devices sent something."""
    connection.executemany(
        "INSERT INTO devices (device, first_seen, last_seen) VALUES (?, ?, ?)"
        " ON CONFLICT (device) DO UPDATE SET last_seen = excluded.last_seen",
        [(device, at, at) for device in devices],
    )


def rewrite(connection: sqlite3.Connection) -> None:
    """Write one row as it stands: the cheapest change that has to reach the disk."""
    connection.execute("UPDATE devices SET last_seen = last_seen WHERE device = (SELECT min(device) FROM devices)")


def hear(connection: sqlite3.Connection, status: Status, *, at: float) -> None:
    """Take a status in; a will, which knows nothing else, only says that the device is offline."""
    connection.execute("UPDATE devices SET online = ? WHERE device = ?", (status.online, status.device))
    if status.boot_id is None:
        return
    connection.execute(
        "UPDATE devices SET status = ?, status_at = ? WHERE device = ?",
        (dump_json(status).decode(), at, status.device),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO ledgers (device, boot_id, captured, stored, pending, evicted, quarantined)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [_row(status.device, ledger) for ledger in status.ledgers],
    )
    _fold(connection, status)


def _row(device: DeviceId, ledger: Ledger) -> tuple[str, str, int, int, int, int, int]:
    parts = (ledger.captured, ledger.stored, ledger.pending, sum(ledger.evicted.values()), ledger.quarantined)
    captured, stored, pending, evicted, quarantined = (min(part, _MOST) for part in parts)
    return (device, ledger.boot_id, captured, stored, pending, evicted, quarantined)


def tell(connection: sqlite3.Connection, device: DeviceId, *, notice: Notice, at: float) -> None:
    """Keep what a device wants us to hear of, and at most ``MOST_NOTICES`` of it."""
    connection.execute(
        "INSERT INTO notices (received_at, device, code, text, frame_id) VALUES (?, ?, ?, ?, ?)",
        (at, device, notice.code, notice.text, notice.frame_id),
    )
    connection.execute("DELETE FROM notices WHERE id <= (SELECT max(id) FROM notices) - ?", (MOST_NOTICES,))


# `here` of the boots that were added up is what it was then.
_BOOTS: Final = """
WITH counted AS (
    SELECT ledgers.*, CASE ledgers.boot_id WHEN '' THEN ledgers.stored ELSE (
        SELECT count(*) FROM captures WHERE captures.device = ledgers.device AND captures.boot_id = ledgers.boot_id
    ) END AS here
    FROM ledgers
), boots AS (
    SELECT *, abs(captured - stored - pending - evicted - quarantined) + max(0, stored - here) AS unexplained
    FROM counted
)
"""

# Boots that are over and explained go first, and of those the one of which a frame came longest ago: a device does not
# speak of it again. What is not explained stands in the sum of `captured`, and so stays what is missing there.
_OLDEST: Final = f"""
{_BOOTS}
SELECT device, boot_id, pending, evicted, quarantined, min(stored, here) AS here,
    min(stored, here) + pending + evicted + quarantined + unexplained AS captured
FROM boots
WHERE device = :device AND boot_id != '' AND boot_id NOT IN (SELECT value FROM json_each(:said))
ORDER BY pending + quarantined + unexplained > 0,
    (SELECT max(id) FROM captures WHERE captures.device = boots.device AND captures.boot_id = boots.boot_id), boot_id
LIMIT :beyond
"""  # noqa: S608 (our own words)
_ADD: Final = """
INSERT INTO ledgers (device, boot_id, captured, stored, pending, evicted, quarantined)
VALUES (:device, '', :captured, :here, :pending, :evicted, :quarantined)
ON CONFLICT (device, boot_id) DO UPDATE SET
    captured = min(:most, captured + excluded.captured), stored = min(:most, stored + excluded.stored),
    pending = min(:most, pending + excluded.pending), evicted = min(:most, evicted + excluded.evicted),
    quarantined = min(:most, quarantined + excluded.quarantined)
"""


def _fold(connection: sqlite3.Connection, status: Status) -> None:
    """Add boots beyond ``MOST_BOOTS`` up in one row, of the empty id, which no boot has; none that is spoken of now."""
    question = "SELECT count(*) FROM ledgers WHERE device = ? AND boot_id != ''"
    (boots,) = connection.execute(question, (status.device,)).fetchone()
    if boots <= MOST_BOOTS:
        return
    said = json.dumps([ledger.boot_id for ledger in status.ledgers])
    chosen = {"device": status.device, "said": said, "beyond": boots - MOST_BOOTS}
    oldest = [{**row, "most": _MOST} for row in connection.execute(_OLDEST, chosen)]
    connection.executemany(_ADD, oldest)
    connection.executemany("DELETE FROM ledgers WHERE device = :device AND boot_id = :boot_id", oldest)


_ACCOUNTS: Final = f"""
{_BOOTS}
SELECT devices.device, online, last_seen, status,
    coalesce(sum(captured), 0) AS captured, coalesce(sum(stored), 0) AS stored, coalesce(sum(pending), 0) AS pending,
    coalesce(sum(evicted), 0) AS evicted, coalesce(sum(quarantined), 0) AS quarantined,
    coalesce(sum(unexplained), 0) AS unaccounted,
    (SELECT count(*) FROM captures WHERE captures.device = devices.device) AS received
FROM devices LEFT JOIN boots ON boots.device = devices.device
GROUP BY devices.device ORDER BY devices.device
"""  # noqa: S608 (our own words)


def accounts(connection: sqlite3.Connection) -> list[Account]:
    """Return every device's account, by name."""
    return [
        Account(
            device=row["device"],
            online=None if row["online"] is None else bool(row["online"]),
            last_seen=row["last_seen"],
            captured=row["captured"],
            stored=row["stored"],
            pending=row["pending"],
            evicted=row["evicted"],
            quarantined=row["quarantined"],
            received=row["received"],
            unaccounted=row["unaccounted"],
            trouble=() if row["status"] is None else Status.model_validate_json(row["status"]).trouble,
        )
        for row in connection.execute(_ACCOUNTS)
    ]
