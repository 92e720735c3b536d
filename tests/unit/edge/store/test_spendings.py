"""What is remembered of spendings."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect
from askance.edge.store.clock import BudgetClock
from askance.edge.store.index import Record
from askance.edge.store.schema import MIGRATIONS
from askance.edge.store.spendings import REMEMBERED_NS, charge, history, insert
from askance.edge.values import Spending
from askance.wire.identity import Sha256, new_frame_id
from support_store import BOOT, DEVICE, make_draft, open_store

S = 10**9


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    yield opened
    opened.close()


def record(*, size: int) -> Record:
    frame_id = new_frame_id(wall_ms=1, randomness=bytes(10))
    return Record(make_draft().manifest(frame_id, DEVICE, boot_id=BOOT, seq=0), size, Sha256("00" * 32))


def test_history_is_by_rule_oldest_first(connection: sqlite3.Connection) -> None:
    insert(connection, [Spending("b", 2 * S, 1, 20), Spending("a", 2 * S, 1, 20)])
    insert(connection, [Spending("a", 5 * S, 2, 50)])

    assert {
        "a": (Spending("a", 2 * S, 1, 20), Spending("a", 5 * S, 2, 50)),
        "b": (Spending("b", 2 * S, 1, 20),),
    } == history(connection)


def test_what_is_older_than_a_month_of_budget_time_is_forgotten(connection: sqlite3.Connection) -> None:
    insert(connection, [Spending("r", 0, 1, 1)])
    insert(connection, [Spending("r", REMEMBERED_NS, 1, 1)])
    assert len(history(connection)["r"]) == 2

    insert(connection, [Spending("r", REMEMBERED_NS + 1, 1, 1)])

    assert [each.at_ns for each in history(connection)["r"]] == [REMEMBERED_NS, REMEMBERED_NS + 1]


def test_a_frame_that_nobody_pays_for_writes_nothing(connection: sqlite3.Connection) -> None:
    insert(connection, [])

    assert history(connection) == {}


def test_frames_found_again_are_charged_to_the_rules_they_name_as_of_the_last_note(
    connection: sqlite3.Connection,
) -> None:
    charge(connection, [record(size=100)])
    clock = BudgetClock(connection, 1)
    clock.read(0)
    clock.read(7 * S)
    clock.note()
    charge(connection, [record(size=100), record(size=50)])

    assert history(connection) == {"unsure": (Spending("unsure", 0, 1, 100), Spending("unsure", 7 * S, 2, 150))}


def test_what_a_rule_would_have_spent_is_remembered_without_a_frame(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.budget_now(5 * S)
        store.spend([Spending("count_only:watch", 3 * S, 1, 500)])
    with open_store(tmp_path, boot_id="boot-b") as store:
        assert {"count_only:watch": (Spending("count_only:watch", 3 * S, 1, 500),)} == store.spent()
        assert {} == store.usage().counts
