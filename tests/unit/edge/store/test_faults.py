"""Which failures pass by themselves."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from askance.edge.store.faults import attempt, translated
from askance.errors import StoreError, StoreFullError, StoreLockedError


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT, errno.EFBIG, errno.EUCLEAN])
def test_a_disk_that_is_full_or_failing_is_transient(number: int) -> None:
    with pytest.raises(StoreFullError, match="cannot keep a frame") as caught, translated("keep a frame"):
        raise OSError(number, os.strerror(number))

    assert "store.quota" in (caught.value.hint or "")


def test_a_folder_that_is_not_ours_is_terminal() -> None:
    with pytest.raises(StoreError) as caught, translated("keep a frame"):
        raise PermissionError(errno.EACCES, "Permission denied")

    assert type(caught.value) is StoreError
    assert "store.path" in (caught.value.hint or "")


def test_a_real_full_database_is_transient(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "small.db")
    connection.execute("PRAGMA max_page_count = 2")
    connection.execute("CREATE TABLE t (a)")

    with pytest.raises(StoreFullError, match="full"), translated("keep a frame"):
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    connection.close()


def test_a_real_read_only_database_is_transient(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a.db").close()
    connection = sqlite3.connect(f"{(tmp_path / 'a.db').as_uri()}?mode=ro", uri=True)

    with pytest.raises(StoreFullError), translated("keep a frame"):
        connection.execute("CREATE TABLE t (a)")
    connection.close()


def test_a_real_damaged_database_asks_for_a_restart(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database" * 100)
    connection = sqlite3.connect(tmp_path / "a.db")

    with pytest.raises(StoreError) as caught, translated("read"):
        connection.execute("SELECT * FROM sqlite_schema")
    connection.close()

    assert "systemctl restart askance-edge" in (caught.value.hint or "")


def test_a_real_lock_of_another_program_is_told_and_nothing_is_blamed(tmp_path: Path) -> None:
    shell = sqlite3.connect(tmp_path / "a.db")
    shell.execute("BEGIN IMMEDIATE")
    connection = sqlite3.connect(tmp_path / "a.db", timeout=0)

    with pytest.raises(StoreLockedError, match="locked") as caught, translated("keep a frame"):
        connection.execute("BEGIN IMMEDIATE")
    shell.close()
    connection.close()

    assert "captures.db" in (caught.value.hint or "")


@pytest.mark.parametrize("number", [errno.EIO, errno.EUCLEAN, errno.EBADMSG])
def test_an_attempt_fails_where_the_disk_does_not_give_a_place_back(number: int) -> None:
    done: list[int] = []

    def fail() -> None:
        raise OSError(number, os.strerror(number))

    assert (False, True) == (attempt(fail), attempt(lambda: done.append(1)))
    assert [1] == done


def test_an_attempt_that_fails_for_another_reason_is_told() -> None:
    with pytest.raises(NotADirectoryError):
        attempt(Path("/dev/null/file").stat)


def test_a_mistake_in_a_question_is_terminal() -> None:
    with pytest.raises(StoreError, match="no such table") as caught, translated("read"):
        sqlite3.connect(":memory:").execute("SELECT * FROM elsewhere")

    assert type(caught.value) is StoreError
