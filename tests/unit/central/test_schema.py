"""The catalog's file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from askance.central import tasks
from askance.central.batch import Letter
from askance.central.config import QueueSection
from askance.central.queue import Queue
from askance.central.schema import CATALOG, MIGRATIONS, WAY_BACK, create_catalog, open_catalog
from askance.central.tasks import TaskId, accepted
from askance.database import connect
from askance.errors import StoreError
from askance.wire.topics import Up
from support_central import make_envelope, open_intake, topic


def test_a_catalog_is_made_once_and_opened_again(tmp_path: Path) -> None:
    create_catalog(tmp_path / "new" / "folder").execute("INSERT INTO devices VALUES ('a', 1, 1, 1, NULL, NULL)")

    connection = open_catalog(tmp_path / "new" / "folder", readonly=True)

    assert 1 == connection.execute("SELECT count(*) FROM devices").fetchone()[0]
    assert 2 == create_catalog(tmp_path / "other").execute("PRAGMA synchronous").fetchone()[0]


def test_a_command_does_not_make_a_catalog_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no catalog") as caught:
        open_catalog(tmp_path, readonly=False)

    assert "storage.path" in str(caught.value.hint)
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot make the folder"):
        create_catalog(tmp_path / "file" / "catalog")


def no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def not_even_text(path: Path) -> None:
    """A schema that SQLite quotes in its complaint."""
    connection = connect(path, MIGRATIONS)
    connection.executescript("PRAGMA user_version = 0; PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT), sql = CAST(x'ff' AS TEXT)")
    connection.close()


@pytest.mark.parametrize("ruin", [no_database, not_even_text])
def test_a_damaged_one_is_called_so_with_the_way_back(tmp_path: Path, ruin: Callable[[Path], None]) -> None:
    ruin(tmp_path / CATALOG)

    for attempt in (partial(create_catalog, tmp_path), partial(open_catalog, tmp_path, readonly=False)):
        with pytest.raises(StoreError, match="the catalog is damaged") as caught:
            attempt()
        assert WAY_BACK == caught.value.hint


def test_one_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / CATALOG).mkdir()

    with pytest.raises(StoreError, match="cannot open the database") as caught:
        create_catalog(tmp_path)

    assert "owner" in (caught.value.hint or "")


def test_a_catalog_of_the_first_version_is_read_as_it_is_and_brought_up_to_date_by_writing(tmp_path: Path) -> None:
    old = connect(tmp_path / CATALOG, MIGRATIONS[:1])
    intake = open_intake(tmp_path / "new")
    intake.take([Letter(topic(Up.FRAME), make_envelope(1))])
    lease = Queue(intake._connection, QueueSection(), clock=lambda: 1.0, mint=lambda: "t").claim("ana")
    assert lease is not None
    answer = accepted(lease.task.manifest)
    Queue(intake._connection, QueueSection(), clock=lambda: 1.0, mint=lambda: "t").submit("t", answer, seconds=None)
    for table in ("captures", "annotations", "tasks"):
        columns = [row["name"] for row in old.execute(f"PRAGMA table_info({table})")]
        found = intake._connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()  # noqa: S608 (our own names)
        places = ", ".join("?" * len(columns))
        old.executemany(f"INSERT INTO {table} VALUES ({places})", [tuple(row) for row in found])  # noqa: S608 (our own names)
    old.close()

    before = tasks.get(open_catalog(tmp_path, readonly=True), TaskId(1))
    after = tasks.get(open_catalog(tmp_path, readonly=False), TaskId(1))

    assert (answer, answer) == (before.answer, after.answer)
