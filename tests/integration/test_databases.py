"""Databases that many make at once, and one that a disk has not written as SQLite thinks."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from askance.database import Migration, connect, sound

ONE = Migration("one", ("CREATE TABLE things (name TEXT PRIMARY KEY) STRICT",))
TWO = Migration("two", ("ALTER TABLE things ADD COLUMN size INTEGER", "CREATE INDEX by_size ON things (size)"))


def test_many_make_a_database_at_once_and_each_of_them_has_it(tmp_path: Path) -> None:
    """Receivers that share a catalog are started, and brought up to date, together."""
    for attempt in range(8):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        ready = Barrier(6)

        def make(folder: Path = folder, ready: Barrier = ready) -> int:
            ready.wait()
            with closing(connect(folder / "things.db", [ONE, TWO])) as connection:
                count: int = connection.execute("SELECT count(*) FROM things").fetchone()[0]
                return count

        with ThreadPoolExecutor(6) as pool:
            assert [0] * 6 == [one.result() for one in [pool.submit(make) for _ in range(6)]]


def test_a_page_whose_last_write_the_disk_has_lost_is_noticed(tmp_path: Path) -> None:
    """SQLite's quick check finds nothing: each page is one that SQLite has written."""
    path = tmp_path / "things.db"
    connection = connect(path, [ONE, TWO])
    connection.execute("INSERT INTO things VALUES ('a', 1)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = 4096 * (connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'by_size'").fetchone()[0] - 1)
    before = path.read_bytes()[page : page + 4096]
    connection.execute("UPDATE things SET size = 2")
    connection.close()

    content = path.read_bytes()
    path.write_bytes(content[:page] + before + content[page + 4096 :])

    connection = sqlite3.connect(path)
    assert ("ok",) == connection.execute("PRAGMA quick_check").fetchone()
    assert not sound(connection)
