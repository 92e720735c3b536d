"""The file of the index: opened when it is sound, and set aside for an empty one when it is not."""

import sqlite3
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from askance.database import DAMAGE_CODES, connect, primary_code, sound
from askance.edge.store.schema import INDEX_NAME, MIGRATIONS, PAGE_BYTES
from askance.errors import StoreError

TRIES: Final = 2
# ERROR: a header that names a format, or a schema that lacks a table, which no version of ours has written.
UNUSABLE_CODES: Final = DAMAGE_CODES | {sqlite3.SQLITE_ERROR}
# Of a place that the disk does not give back; the next try shows whether it was the place or the moment.
UNREADABLE_CODES: Final = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)

_WAY_BACK: Final = f"install that version again, or move {INDEX_NAME}* out of store.path: the frames make it anew"


def open_index(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Open the database in ``path``; one that cannot be used is set aside for an empty one: the second value says so.

    Raises:
        StoreError: it was written by a newer version.
        sqlite3.Error: it cannot be opened.
        OSError: it cannot be set aside.
    """
    for _ in range(TRIES):
        connection = _open(path / INDEX_NAME)
        if connection is not None:
            return connection, False
    return begin_anew(path), True


def begin_anew(path: Path) -> sqlite3.Connection:
    """Set the database in ``path`` aside, and open an empty one.

    Raises:
        sqlite3.Error: it cannot be opened.
        OSError: it cannot be set aside.
    """
    _set_aside(path / INDEX_NAME)
    return _connect(path / INDEX_NAME)


def _open(file: Path) -> sqlite3.Connection | None:
    """Open a database; None where it cannot be used, ever, or where the disk did not give all of it."""
    try:
        with ExitStack() as undo:
            connection = _connect(file)
            undo.callback(close_anyhow, connection)
            if sound(connection):
                undo.pop_all()
                return connection
    except UnicodeDecodeError:
        return None
    except sqlite3.Error as error:
        code: int | None = getattr(error, "sqlite_errorcode", None)
        if primary_code(error) not in UNUSABLE_CODES and code not in UNREADABLE_CODES:
            raise
    return None


def _connect(file: Path) -> sqlite3.Connection:
    """Connect, and let whoever asks sort what SQLite and the disk say."""
    try:
        return connect(file, MIGRATIONS, page_bytes=PAGE_BYTES)
    except StoreError as error:
        if error.__cause__ is None:  # a newer version wrote it: nobody else has to lose its frames over that
            raise StoreError(str(error), hint=_WAY_BACK) from None
        raise error.__cause__ from None


def close_anyhow(connection: sqlite3.Connection) -> None:
    """Close a connection to what may be damaged: it writes the log back, which such a file may refuse."""
    with suppress(sqlite3.Error):
        connection.close()


def _set_aside(file: Path) -> None:
    """Rename a damaged database and its log; only the last one set aside is kept."""
    before = sorted(file.parent.glob(f"{file.name}.corrupt-*"))
    numbers = [int(old.name.removeprefix(f"{file.name}.corrupt-").partition("-")[0]) for old in before]
    aside = file.with_name(f"{file.name}.corrupt-{max(numbers, default=0) + 1}")
    for suffix in ("", "-wal"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + suffix).rename(aside.with_name(aside.name + suffix))
    # a map of the log that is gone
    for old in (*before, file.with_name(f"{file.name}-shm")):
        old.unlink(missing_ok=True)
