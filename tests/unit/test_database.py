"""A database keeps what it acknowledged, and its schema only goes forward."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from askance.database import Migration, connect, expect_begun, primary_code, sound, transaction
from askance.errors import StoreError

ONE = Migration("one", ("CREATE TABLE things (name TEXT PRIMARY KEY) STRICT",))
TWO = Migration("two", ("ALTER TABLE things ADD COLUMN size INTEGER", "CREATE INDEX by_size ON things (size)"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.db"


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 2)]
)
def test_the_durable_settings_are_in_force(path: Path, pragma: str, value: object) -> None:
    assert value == connect(path, [ONE]).execute(f"PRAGMA {pragma}").fetchone()[0]


def test_the_names_of_all_folders_above_are_durable_too_whoever_made_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "made" / "by" / "a killed process"
    folder.mkdir(parents=True)
    synced = set[Path]()

    def watched(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", watched)

    connect(folder / "things.db", [ONE])

    assert [] == [above for above in folder.parents if above.is_relative_to(tmp_path) and above not in synced]


def test_a_disk_that_cannot_make_them_durable_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", os.ttyname)  # raises an OSError: a folder is no terminal

    with pytest.raises(StoreError, match="cannot open"):
        connect(path, [ONE])


def test_each_step_of_the_schema_runs_once(path: Path) -> None:
    connect(path, [ONE]).execute("INSERT INTO things VALUES ('a')")

    later = connect(path, [ONE, TWO])

    assert [("a", None)] == [tuple(row) for row in later.execute("SELECT name, size FROM things")]


def test_a_database_that_is_up_to_date_is_opened_without_the_library_that_brings_it_there(path: Path) -> None:
    connect(path, [ONE, TWO]).close()
    opens = (
        f"from test_database import *; connect(Path({str(path)!r}), [ONE, TWO]); print('sqlite_utils' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-c", opens], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    ).stdout

    assert said == "False\n"


def test_a_database_that_a_crash_left_without_its_version_is_brought_up_to_date_again(path: Path) -> None:
    connect(path, [ONE]).execute("PRAGMA user_version = 0")

    assert 0 != connect(path, [ONE]).execute("PRAGMA user_version").fetchone()[0]
    assert (
        "size" in connect(path, [ONE, TWO]).execute("SELECT sql FROM sqlite_master WHERE name = 'things'").fetchone()[0]
    )


def test_a_step_that_fails_leaves_nothing_behind(path: Path) -> None:
    half = Migration("half", ("CREATE TABLE other (x)", "CREATE TABLE things (x)"))

    with pytest.raises(StoreError, match=r"things\.db"):
        connect(path, [ONE, half])

    names = [row[0] for row in connect(path, [ONE]).execute("SELECT name FROM sqlite_master WHERE name = 'other'")]
    assert [] == names


def test_a_database_of_a_newer_version_is_left_alone(path: Path) -> None:
    connect(path, [ONE, TWO])

    with pytest.raises(StoreError, match="newer askance: two") as caught:
        connect(path, [ONE])

    assert "install that version" in str(caught.value.hint)


def test_what_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)

    with pytest.raises(StoreError):
        connect(path, [ONE])


def test_a_transaction_that_fails_did_not_happen(path: Path) -> None:
    connection = connect(path, [ONE])

    def insert_and_fail() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO things VALUES ('a')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and_fail()

    assert 0 == connection.execute("SELECT count(*) FROM things").fetchone()[0]
    assert not connection.in_transaction


def test_a_transaction_that_succeeds_stands_for_everybody(path: Path) -> None:
    with transaction(connect(path, [ONE])) as connection:
        connection.execute("INSERT INTO things VALUES ('a')")

    assert ["a"] == [row["name"] for row in connect(path, [ONE]).execute("SELECT name FROM things")]


def test_a_commit_that_finds_the_disk_full_leaves_no_transaction_open(path: Path) -> None:
    connection = connect(path, [ONE])
    connection.execute("PRAGMA max_page_count = 4")

    with pytest.raises(sqlite3.OperationalError, match="full"), transaction(connection):
        connection.executemany("INSERT INTO things VALUES (?)", [(f"{number:01000}",) for number in range(100)])

    assert not connection.in_transaction
    assert 0 == connection.execute("SELECT count(*) FROM things").fetchone()[0]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot open the database") as caught:
        connect(tmp_path / "nowhere" / "things.db", [ONE])

    assert "nowhere" in str(caught.value.hint)


def test_what_is_no_database_is_not_sound(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)

    assert not sound(sqlite3.connect(path))


def test_a_path_with_the_letters_of_an_address_is_a_path(tmp_path: Path) -> None:
    odd = tmp_path / "a?mode=ro#b %20.db"

    connect(odd, [ONE])

    assert odd.is_file()


def test_the_page_size_holds_for_a_new_database_only(path: Path) -> None:
    made = connect(path, [ONE], page_bytes=8192)
    again = connect(path, [ONE], page_bytes=4096)

    assert [8192, 8192] == [made_or.execute("PRAGMA page_size").fetchone()[0] for made_or in (made, again)]


def test_a_transaction_holds_the_write_lock_from_its_start(path: Path) -> None:
    first, second = connect(path, [ONE]), connect(path, [ONE])
    second.execute("PRAGMA busy_timeout = 0")

    with transaction(first), pytest.raises(sqlite3.OperationalError, match="locked"), transaction(second):
        pytest.fail("two writers at once")


def test_a_reader_changes_nothing(path: Path) -> None:
    connect(path, [ONE]).close()
    reader = connect(path, (), readonly=True)

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("INSERT INTO things VALUES ('a')")


def test_a_reader_is_told_that_a_database_is_only_being_made(path: Path) -> None:
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA user_version = 1")
    reader = connect(path, (), readonly=True)

    with pytest.raises(StoreError, match="nothing is in the database yet") as refused:
        expect_begun(reader, path)

    assert "try again" in str(refused.value.hint)
    connect(path, [ONE])
    expect_begun(reader, path)


def test_damage_is_noticed(path: Path) -> None:
    connection = connect(path, [ONE])
    with transaction(connection):
        connection.executemany("INSERT INTO things VALUES (?)", [(f"{number:0100}",) for number in range(2000)])
    assert sound(connection)
    connection.close()

    damaged = bytearray(path.read_bytes())
    damaged[20 * 4096 : 22 * 4096] = bytes(2 * 4096)
    path.write_bytes(damaged)

    assert not sound(sqlite3.connect(path))


def test_a_database_that_cannot_be_read_now_is_not_called_unsound(path: Path) -> None:
    connect(path, [ONE]).close()
    holder, other = sqlite3.connect(path), sqlite3.connect(path, timeout=0)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("DELETE FROM things")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sound(other)


def test_an_error_of_pythons_own_layer_has_no_code() -> None:
    assert primary_code(sqlite3.ProgrammingError("closed")) is None
