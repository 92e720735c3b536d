"""The frames that may make room for a newcomer, each kind in the order in which it goes; see ``eviction``."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Final

from askance.edge.config import StoreSection
from askance.edge.store.eviction import QUARANTINED_KEPT, Held, Newcomer, Plan, plan_room
from askance.wire.capture import Arm
from askance.wire.identity import FrameId

BATCH_SHARE: Final = 64
"""Delivered frames go in batches, of which so many fill the quota."""

_DELIVERED = "SELECT frame_id, bytes FROM captures WHERE state = 'delivered' ORDER BY boot, seq"
_QUARANTINED = """
SELECT frame_id, bytes FROM captures WHERE state = 'quarantined' ORDER BY boot, seq
LIMIT max(0, (SELECT count(*) FROM captures WHERE state = 'quarantined') - ?)
"""
_PENDING = """
SELECT frame_id, bytes, priority, value FROM captures
WHERE state = 'pending' AND NOT (arm = 'random' AND (boot, seq) > (?, ?))
ORDER BY priority DESC, value, boot, seq
"""
_RANDOM = (
    "SELECT boot, seq, bytes FROM captures WHERE state = 'pending' AND arm = 'random' ORDER BY boot DESC, seq DESC"
)


def choose(connection: sqlite3.Connection, newcomer: Newcomer, *, need: int, section: StoreSection) -> Plan:
    """Choose the frames that go for a newcomer.

    Args:
        connection: the index.
        newcomer: who asks for room.
        need: bytes to free, more than 0.
        section: its ``quota``, and the share of it in which random-arm frames are safe.

    Raises:
        sqlite3.Error: as SQLite says.
    """
    giving_way = displaceable(connection, newcomer, protected=int(section.random_share * section.quota))
    return plan_room(delivered(connection), giving_way, need=need, spare=section.quota // BATCH_SHARE)


def delivered(connection: sqlite3.Connection) -> Iterator[Held]:
    """The frames that central has, oldest first; read as far as it is asked for.

    Raises:
        sqlite3.Error: as SQLite says.
    """
    with closing(connection.execute(_DELIVERED)) as rows:
        yield from map(_held, rows)


def displaceable(connection: sqlite3.Connection, newcomer: Newcomer, *, protected: int) -> Iterator[Held]:
    """The frames that central does not have and that may give way: quarantined, then pending ones, least worth first.

    It is read as far as it is asked for: a newcomer that is worth less than all costs one row.

    Args:
        connection: the index.
        newcomer: who asks for room.
        protected: bytes of random-arm frames that are safe.

    Raises:
        sqlite3.Error: as SQLite says.
    """
    return chain(_quarantined(connection), _pending(connection, newcomer, protected=protected))


def _quarantined(connection: sqlite3.Connection) -> Iterator[Held]:
    with closing(connection.execute(_QUARANTINED, (QUARANTINED_KEPT,))) as rows:
        yield from map(_held, rows)


def _pending(connection: sqlite3.Connection, newcomer: Newcomer, *, protected: int) -> Iterator[Held]:
    favoured = newcomer.arm is Arm.RANDOM and newcomer.size <= protected
    newest_unsafe = _newest_unsafe(connection, protected - newcomer.size if favoured else protected)
    with closing(connection.execute(_PENDING, newest_unsafe)) as rows:
        for row in rows:
            if not favoured and (-row["priority"], row["value"]) > (-newcomer.priority, newcomer.value):
                return
            yield _held(row)


def _newest_unsafe(connection: sqlite3.Connection, room: int) -> tuple[int, int]:
    """Boot and sequence number of the newest random frame that, with all newer ones, does not fit into ``room``."""
    with closing(connection.execute(_RANDOM)) as rows:
        for row in rows:
            room -= row["bytes"]
            if room < 0:
                return row["boot"], row["seq"]
    return -1, -1


def _held(row: sqlite3.Row) -> Held:
    return Held(FrameId(row["frame_id"]), row["bytes"])
