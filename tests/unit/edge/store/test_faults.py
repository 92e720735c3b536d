"""Which failures pass by themselves."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from askance.edge.store.faults import translated
from askance.errors import StoreError, StoreFullError


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


def test_a_mistake_in_a_question_is_terminal() -> None:
    with pytest.raises(StoreError, match="no such table") as caught, translated("read"):
        sqlite3.connect(":memory:").execute("SELECT * FROM elsewhere")

    assert type(caught.value) is StoreError
