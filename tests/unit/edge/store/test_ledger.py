"""The counts of a boot."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect
from askance.edge.store.ledger import Boot, count_captured, count_gone, count_stored, open_boot, read_ledgers
from askance.edge.store.lifecycle import State
from askance.edge.store.schema import MIGRATIONS
from askance.wire.receipts import Ledger


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    yield opened
    opened.close()


def test_a_boot_is_numbered_once(connection: sqlite3.Connection) -> None:
    numbers = [open_boot(connection, boot_id) for boot_id in ("a", "b", "a")]

    assert numbers == [Boot(1, 0), Boot(2, 0), Boot(1, 0)]


def test_the_sequence_goes_on_after_the_greatest_number_seen(connection: sqlite3.Connection) -> None:
    open_boot(connection, "a")
    for seq in (0, 7, 3):
        count_captured(connection, 1, seq=seq)

    assert open_boot(connection, "a") == Boot(1, 8)


def test_a_frame_that_no_row_explains_is_unaccounted_for(connection: sqlite3.Connection) -> None:
    open_boot(connection, "a")
    count_captured(connection, 1, seq=0)

    assert [ledger.unaccounted for ledger in read_ledgers(connection, "a")] == [1]


def test_frames_are_counted_out_by_reason_and_delivered_ones_are_only_reclaimed(connection: sqlite3.Connection) -> None:
    open_boot(connection, "a")
    for seq in range(4):
        count_captured(connection, 1, seq=seq)
    count_stored(connection, 1)
    count_gone(connection, 1, state=State.DELIVERED, reason="quota")
    for state, reason in ((State.PENDING, "quota"), (State.QUARANTINED, "quota"), (State.PENDING, "lost")):
        count_gone(connection, 1, state=state, reason=reason)

    (ledger,) = read_ledgers(connection, "a")

    assert ledger == Ledger(
        boot_id="a", captured=4, stored=1, pending=0, evicted={"lost": 1, "quota": 2}, quarantined=0
    )
    assert ledger.unaccounted == 0


def test_boots_without_frames_are_silent_but_for_the_current_one_which_is_first(connection: sqlite3.Connection) -> None:
    for boot_id in ("a", "b", "c", "d"):
        open_boot(connection, boot_id)
    for number in (1, 3):
        count_captured(connection, number, seq=0)
        count_stored(connection, number)

    assert [ledger.boot_id for ledger in read_ledgers(connection, "b")] == ["b", "c", "a"]
    assert [ledger.boot_id for ledger in read_ledgers(connection, None)] == ["c", "a"]
