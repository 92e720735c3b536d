"""The budget clock counts the time that was seen, once."""

import shutil
import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.database import connect
from askance.edge.store.clock import NOTED_EVERY_NS, BudgetClock
from askance.edge.store.schema import MIGRATIONS
from support_store import open_store

S = 10**9


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    yield opened
    opened.close()


def noted(connection: sqlite3.Connection, *, at_ns: int, passed_ns: int) -> None:
    """Boot 1 has begun at ``at_ns``, and ``passed_ns`` later the clock was noted."""
    clock = BudgetClock(connection, 1)
    clock.read(at_ns)
    clock.read(at_ns + passed_ns)
    clock.note()


def test_the_clock_begins_at_zero_and_advances_with_the_boot(connection: sqlite3.Connection) -> None:
    clock = BudgetClock(connection, 1)

    assert [clock.read(100 * S), clock.read(105 * S)] == [0, 5 * S]


def test_the_clock_never_goes_back(connection: sqlite3.Connection) -> None:
    clock = BudgetClock(connection, 1)

    assert [clock.read(at * S) for at in (100, 105, 100, 104, 106)] == [0, 5 * S, 5 * S, 5 * S, 6 * S]


@given(readings=st.lists(st.integers(0, 10**6), min_size=1))
def test_of_interleaved_time_lines_no_second_counts_twice(readings: list[int]) -> None:
    connection = _empty()
    clock = BudgetClock(connection, 1)
    seen = [clock.read(reading) for reading in readings]
    connection.close()

    assert seen == sorted(seen)
    assert seen[-1] == max(readings) - readings[0]


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE budget_clock (boot, monotonic_ns, budget_ns)")
    return connection


def test_a_restart_in_the_same_boot_sees_the_time_that_passed(connection: sqlite3.Connection) -> None:
    noted(connection, at_ns=100 * S, passed_ns=10 * S)

    assert BudgetClock(connection, 1).read(130 * S) == 30 * S


def test_another_boot_gives_no_credit_for_the_time_between_but_for_its_own(connection: sqlite3.Connection) -> None:
    noted(connection, at_ns=100 * S, passed_ns=10 * S)
    clock = BudgetClock(connection, 2)

    assert [clock.read(500 * S), clock.read(503 * S)] == [10 * S, 13 * S]


def test_a_clock_behind_the_last_note_stands_still_first(connection: sqlite3.Connection) -> None:
    noted(connection, at_ns=890 * S, passed_ns=10 * S)
    clock = BudgetClock(connection, 1)

    assert [clock.read(at * S) for at in (500, 499, 504)] == [10 * S, 10 * S, 14 * S]


def test_a_note_is_overdue_after_an_hour_that_was_seen(connection: sqlite3.Connection) -> None:
    clock = BudgetClock(connection, 1)
    assert not clock.overdue
    clock.read(0)
    clock.read(NOTED_EVERY_NS - 1)
    assert not clock.overdue
    clock.read(NOTED_EVERY_NS)
    assert clock.overdue
    clock.note()
    assert not clock.overdue
    assert BudgetClock(connection, 2).read(0) == NOTED_EVERY_NS


def test_a_clock_that_nobody_read_writes_nothing(connection: sqlite3.Connection) -> None:
    before = connection.total_changes
    BudgetClock(connection, 1).note()

    assert connection.total_changes == before


def test_time_that_was_seen_without_a_capture_counts_after_an_orderly_close(tmp_path: Path) -> None:
    for boot_id, begins in (("a", 0), ("b", 50 * 60 * S)):
        with open_store(tmp_path, boot_id=boot_id) as store:
            assert store.budget_now(7 * S) == begins
            store.budget_now(7 * S + 50 * 60 * S)


def test_a_power_cut_costs_at_most_an_hour_of_time_that_was_seen(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        for minutes in range(150):
            store.budget_now(minutes * 60 * S)
        shutil.copytree(tmp_path / "store", tmp_path / "cut", ignore=shutil.ignore_patterns("*-shm", "lock", "ballast"))
    with open_store(tmp_path / "cut", boot_id="b") as store:
        assert store.budget_now(0) == 2 * 3600 * S
