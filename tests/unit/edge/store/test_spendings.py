"""The budget clock and what is remembered on it."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect
from askance.edge.store.ledger import open_boot
from askance.edge.store.schema import MIGRATIONS
from askance.edge.store.spendings import REMEMBERED_NS, Spendings
from askance.edge.values import Spending

S = 10**9


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    open_boot(opened, "a")
    open_boot(opened, "b")
    yield opened
    opened.close()


def test_the_clock_begins_at_zero_and_advances_with_the_boot(connection: sqlite3.Connection) -> None:
    spendings = Spendings(connection, 1)

    assert [spendings.now(100 * S), spendings.now(105 * S)] == [0, 5 * S]


def test_a_restart_in_the_same_boot_sees_the_time_that_passed(connection: sqlite3.Connection) -> None:
    first = Spendings(connection, 1)
    first.now(100 * S)
    first.insert([Spending("r", 110 * S, 1, 1000)])

    assert Spendings(connection, 1).now(130 * S) == 30 * S


def test_another_boot_gives_no_credit_for_the_time_between_but_for_its_own(connection: sqlite3.Connection) -> None:
    first = Spendings(connection, 1)
    first.now(100 * S)
    first.insert([Spending("r", 110 * S, 1, 1000)])
    second = Spendings(connection, 2)

    assert [second.now(500 * S), second.now(503 * S)] == [10 * S, 13 * S]


def test_a_clock_behind_the_last_spending_stands_still_first(connection: sqlite3.Connection) -> None:
    first = Spendings(connection, 1)
    first.insert([Spending("r", 900 * S, 1, 1000)])
    again = Spendings(connection, 1)

    assert [again.now(500 * S), again.now(499 * S), again.now(504 * S)] == [0, 0, 4 * S]


def test_history_is_by_rule_oldest_first_on_the_budget_clock(connection: sqlite3.Connection) -> None:
    spendings = Spendings(connection, 1)
    spendings.now(0)
    spendings.insert([Spending("b", 2 * S, 1, 20), Spending("a", 2 * S, 1, 20)])
    spendings.insert([Spending("a", 5 * S, 2, 50)])

    assert {
        "a": (Spending("a", 2 * S, 1, 20), Spending("a", 5 * S, 2, 50)),
        "b": (Spending("b", 2 * S, 1, 20),),
    } == spendings.history()


def test_what_is_older_than_a_month_of_budget_time_is_forgotten(connection: sqlite3.Connection) -> None:
    spendings = Spendings(connection, 1)
    spendings.insert([Spending("r", 0, 1, 1)])
    spendings.insert([Spending("r", REMEMBERED_NS, 1, 1)])
    assert len(spendings.history()["r"]) == 2

    spendings.insert([Spending("r", REMEMBERED_NS + 1, 1, 1)])

    assert [each.at_ns for each in spendings.history()["r"]] == [REMEMBERED_NS, REMEMBERED_NS + 1]


def test_a_frame_that_nobody_pays_for_writes_nothing(connection: sqlite3.Connection) -> None:
    spendings = Spendings(connection, 1)
    spendings.insert([])

    assert spendings.history() == {}
