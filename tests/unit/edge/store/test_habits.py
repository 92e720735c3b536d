"""What cameras usually show is written down, all of it or nothing."""

import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.database import connect
from askance.edge.store.habits import HabitBook
from askance.edge.store.schema import MIGRATIONS
from askance.errors import StoreError, StoreFullError
from askance.wire.identity import CameraId
from support_store import open_store

GATE, YARD = CameraId("gate"), CameraId("yard")


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    yield opened
    opened.close()


def test_the_last_text_of_each_camera_is_there_in_the_next_run(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert {} == store.habits.read()
        store.habits.note({GATE: '{"1": 1}', YARD: "{}"})
        store.habits.note({GATE: '{"1": 2}'})

    with open_store(tmp_path, boot_id="boot-b") as store:
        assert {GATE: '{"1": 2}', YARD: "{}"} == store.habits.read()


def test_of_texts_one_of_which_is_wrong_none_is_noted(connection: sqlite3.Connection) -> None:
    book = HabitBook(connection, threading.Lock())

    with pytest.raises(StoreError, match="cannot note what cameras usually show"):
        book.note({GATE: "{}", YARD: "{"})

    assert {} == book.read()


def test_a_full_disk_is_told_and_can_be_asked_again(connection: sqlite3.Connection) -> None:
    book = HabitBook(connection, threading.Lock())
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages:d}")

    with pytest.raises(StoreFullError):
        book.note({GATE: f'"{"a" * 10**5}"'})
    connection.execute("PRAGMA max_page_count = 100000")
    book.note({GATE: f'"{"a" * 10**5}"'})

    assert [GATE] == list(book.read())
