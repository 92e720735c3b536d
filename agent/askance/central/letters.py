"""Dead letters: what was refused, why, and how it began; the oldest go first."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from askance.central.inbox import Refusal
from askance.wire.identity import DeviceId, Sha256

FIRST_BYTES: Final = 64 * 1024
_TOPIC: Final = 256
_DETAIL: Final = 1000


@dataclass(frozen=True, slots=True)
class Lasting:
    """A refusal that depends on nothing but the bytes: ``sha`` or ``conflict``, and whether it is for good."""

    code: str
    permanent: bool


def bury(connection: sqlite3.Connection, refusal: Refusal, *, topic: str, payload: bytes, at: float, most: int) -> None:
    """Keep a refused message in the caller's transaction, and at most ``most`` of them."""
    connection.execute(
        "INSERT INTO dead_letters"
        " (received_at, device, topic, code, permanent, detail, frame_id, sha256, size, payload)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            at,
            refusal.device,
            topic[:_TOPIC],
            refusal.code,
            refusal.permanent,
            refusal.detail[:_DETAIL].encode(errors="replace").decode(),  # it may quote half a surrogate pair
            refusal.frame_id,
            refusal.sha256,
            len(payload),
            payload[:FIRST_BYTES],
        ),
    )
    connection.execute("DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - ?", (most,))


def lasting(connection: sqlite3.Connection, device: DeviceId, *, sha256: Sha256) -> Lasting | None:
    """Return how an envelope of a device was last refused for what no other version or setting would accept."""
    row = connection.execute(
        "SELECT code, permanent FROM dead_letters"
        " WHERE device = ? AND sha256 = ? AND code IN ('conflict', 'sha') ORDER BY id DESC LIMIT 1",
        (device, sha256),
    ).fetchone()
    return None if row is None else Lasting(row["code"], bool(row["permanent"]))


def count(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many letters there are of each code."""
    rows = connection.execute("SELECT code, count(*) AS n FROM dead_letters GROUP BY code ORDER BY code")
    return {row["code"]: row["n"] for row in rows}
