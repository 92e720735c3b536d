"""The counts of a boot."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect
from askance.edge.store.ledger import (
    BOOTS_KEPT,
    MOST_REPORTED,
    Boot,
    begin_boot,
    count_captured,
    count_gone,
    count_stored,
    mark_changed,
    open_boot,
    read_ledgers,
)
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


def fill(connection: sqlite3.Connection, boots: int) -> None:
    """As many boots, each with a frame that was captured and stored."""
    for number in range(1, boots + 1):
        open_boot(connection, f"boot-{number}")
        count_captured(connection, number, seq=0)
        count_stored(connection, number)


def reported(connection: sqlite3.Connection, current: str | None) -> list[str]:
    return [ledger.boot_id for ledger in read_ledgers(connection, current)]


def test_boots_that_captured_nothing_are_silent_but_for_the_current_one_which_is_first(
    connection: sqlite3.Connection,
) -> None:
    for boot_id in ("a", "b", "c", "d"):
        open_boot(connection, boot_id)
    for number in (1, 3):
        count_captured(connection, number, seq=0)

    assert reported(connection, "b") == ["b", "c", "a"]
    assert reported(connection, None) == ["c", "a"]


def test_a_boot_whose_frames_are_all_gone_is_said_once_more(connection: sqlite3.Connection) -> None:
    open_boot(connection, "a")
    count_captured(connection, 1, seq=0)
    open_boot(connection, "b")
    count_gone(connection, 1, state=State.PENDING, reason="quota")

    assert read_ledgers(connection, "b")[1] == Ledger(
        boot_id="a", captured=1, stored=0, pending=0, evicted={"quota": 1}, quarantined=0
    )


def test_of_many_boots_those_that_changed_last_are_reported(connection: sqlite3.Connection) -> None:
    fill(connection, 40)
    assert reported(connection, "boot-40") == [f"boot-{number}" for number in range(40, 40 - MOST_REPORTED, -1)]

    count_gone(connection, 3, state=State.PENDING, reason="lost")
    mark_changed(connection, 5)

    assert reported(connection, "boot-40")[:4] == ["boot-40", "boot-5", "boot-3", "boot-39"]


def test_old_boots_without_frames_are_forgotten_when_another_begins(connection: sqlite3.Connection) -> None:
    fill(connection, BOOTS_KEPT + 9)
    count_gone(connection, 1, state=State.PENDING, reason="lost")
    begin_boot(connection, "now")

    (boots,) = connection.execute("SELECT count(*) FROM boots").fetchone()
    assert boots == BOOTS_KEPT
    assert reported(connection, "now")[:2] == ["now", "boot-1"]
