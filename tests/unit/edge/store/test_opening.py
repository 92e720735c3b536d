"""An index that cannot be used is set aside, one that cannot be reached is not."""

import sqlite3
from pathlib import Path

import pytest

from askance.database import Migration, connect
from askance.edge.store.opening import begin_anew, close_anyhow, open_index
from askance.edge.store.schema import INDEX_NAME, MIGRATIONS, PAGE_BYTES
from askance.errors import StoreError

FORMAT = bytes([0, 0, 0, 4, *[0] * 8, 0, 0, 0, 1])
"""Schema format 4, two fields that nobody has set, and the text encoding: bytes 44 to 59 of the header."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an index of one row."""
    connection = connect(tmp_path / INDEX_NAME, MIGRATIONS, page_bytes=PAGE_BYTES)
    connection.execute("INSERT INTO boots (boot_id) VALUES ('a')")
    connection.close()
    return tmp_path


def boots(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM boots").fetchone()[0]
    connection.close()
    return count


def test_a_sound_index_is_opened(folder: Path) -> None:
    connection, rebuilt = open_index(folder)

    assert (1, False) == (boots(connection), rebuilt)


@pytest.mark.parametrize(
    ("sound", "harmed"),
    [
        pytest.param(b"SQLite format 3", b"another format!", id="not a database"),
        pytest.param(FORMAT, b"\xff" * len(FORMAT), id="a format of tomorrow"),
        pytest.param(b"CREATE TABLE boots", b"\xa6" * 18, id="a schema that is no text"),
    ],
)
def test_an_index_that_no_start_can_open_is_set_aside(folder: Path, sound: bytes, harmed: bytes) -> None:
    content = (folder / INDEX_NAME).read_bytes()
    assert sound in content
    (folder / INDEX_NAME).write_bytes(content.replace(sound, harmed, 1))

    connection, rebuilt = open_index(folder)

    assert (0, True) == (boots(connection), rebuilt)
    assert content.replace(sound, harmed, 1) == (folder / f"{INDEX_NAME}.corrupt-1").read_bytes()


def test_an_index_that_cannot_be_opened_now_is_not_set_aside(folder: Path) -> None:
    (folder / INDEX_NAME).rename(folder / "elsewhere")
    (folder / INDEX_NAME).mkdir()

    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        open_index(folder)
    assert (folder / INDEX_NAME).is_dir()


def test_an_index_is_begun_anew_beside_the_old_one(folder: Path) -> None:
    assert 0 == boots(begin_anew(folder))
    assert (folder / f"{INDEX_NAME}.corrupt-1").is_file()


def test_a_connection_is_closed_whatever_it_says(folder: Path) -> None:
    connection, _ = open_index(folder)
    close_anyhow(connection)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_an_index_of_a_newer_version_stays_and_the_way_back_is_told(folder: Path) -> None:
    connect(folder / INDEX_NAME, [*MIGRATIONS, Migration("9999-later", ())]).close()
    before = (folder / INDEX_NAME).read_bytes()

    with pytest.raises(StoreError, match="newer askance: 9999-later") as refused:
        open_index(folder)

    assert "install that version again, or move captures.db" in (refused.value.hint or "")
    assert before == (folder / INDEX_NAME).read_bytes()
