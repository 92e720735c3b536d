"""The only file that knows sqlite_utils: opens a database that keeps what it acknowledged, and migrates its schema."""

import fcntl
import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from askance.errors import StoreError
from askance.folders import sync_folder

if TYPE_CHECKING:
    import sqlite_utils

BUSY_TIMEOUT_S: Final = 30.0
DAMAGE_CODES: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY: Final = 0xFF

# FULL: a commit is on the disk before it returns; NORMAL loses acknowledged rows in a power cut.
# secure_delete FAST: Debian's build would rewrite every deleted page.
_PRAGMAS: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = FAST;
PRAGMA journal_size_limit = 4194304;
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a schema; released steps never change."""

    name: str
    statements: tuple[str, ...]


def connect(
    path: Path, migrations: Sequence[Migration], *, readonly: bool = False, page_bytes: int = 4096
) -> sqlite3.Connection:
    """Open the database at ``path`` with durable settings and bring its schema up to date.

    ``page_bytes`` holds for a database that is made now; one that stands keeps its own.

    The connection is in autocommit mode: a change outside ``transaction`` is its own transaction. Any thread may use
    it, one at a time: whoever shares it holds a lock.

    Raises:
        StoreError: the file cannot be opened, is damaged, or is from a newer version.
    """
    try:
        target = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
        connection = sqlite3.connect(
            target, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False
        )
        with ExitStack() as undo:
            undo.callback(connection.close)
            connection.row_factory = sqlite3.Row
            if not readonly:
                with _alone(path.parent):
                    connection.execute(f"PRAGMA page_size = {page_bytes:d}")
                    connection.executescript(_PRAGMAS)
                    _migrate(connection, migrations)
                _secure(path.parent)
            undo.pop_all()
    except (
        sqlite3.Error,
        OSError,
        UnicodeDecodeError,
    ) as error:  # SQLite quotes a damaged schema, which need not be text
        raise StoreError(
            f"cannot open the database {path}: {error}", hint=f"check the folder's owner and free space: {path.parent}"
        ) from error
    return connection


def expect_begun(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database without a table: such is one that is only being made, and nobody can read it yet.

    Raises:
        StoreError: it is the one in ``path``.
        sqlite3.Error: it cannot be read at all.
    """
    if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
        raise StoreError(f"nothing is in the database yet: {path}", hint="try again when what makes it has started")


@contextmanager
def _alone(folder: Path) -> Generator[None, None, None]:
    """Let one process at a time make a database of this folder, or bring it up to date: steps are taken once."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _secure(folder: Path) -> None:
    """Make the names of a folder and of those above it on its disk durable, whoever made them: SQLite does not.

    Raises:
        OSError: whatever the disk says.
    """
    disk = folder.stat().st_dev
    for above in folder.resolve().parents:
        if above.stat().st_dev != disk:
            return
        # one that may not be read was not written by us either
        with suppress(PermissionError):
            sync_folder(above)


def primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None for an error that Python's own layer raised."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY


def sound(connection: sqlite3.Connection) -> bool:
    """Whether SQLite's own ``integrity_check`` finds nothing wrong.

    ``quick_check`` takes three quarters of its time, and does not see a page that a card has lost the last write of:
    rows and indices then disagree, and whatever meets the place fails, at every start anew.

    Raises:
        sqlite3.Error: the disk fails, which says nothing about the database.
    """
    try:
        rows: list[sqlite3.Row] = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except UnicodeDecodeError:  # SQLite quotes what it found
        return False
    except sqlite3.Error as error:
        if primary_code(error) in DAMAGE_CODES:
            return False
        raise
    return [row[0] for row in rows] == ["ok"]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection, None, None]:
    """Run the block as one transaction that holds the write lock from its start; an exception rolls it back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        _roll_back(connection)
        raise
    try:
        connection.execute("COMMIT")
    except BaseException:
        # one that finds the disk full leaves the transaction open, and every later one would fail
        _roll_back(connection)
        _bury(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _bury(connection: sqlite3.Connection) -> None:
    """Write over a commit that failed: where only its sync did, it is in the log, and a crash would bring it back."""
    with suppress(sqlite3.Error):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version:d}")


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Run the steps that the database has not seen, each in its own transaction.

    A database whose ``user_version`` says that it has seen these very steps is left as it is: to ask sqlite_utils takes
    longer than everything else that an agent does with its store at its start.

    Raises:
        StoreError: the database has seen steps that this version does not know.
    """
    version = crc32("\n".join(migration.name for migration in migrations).encode()) >> 1  # 31 bits, for a signed field
    if connection.execute("PRAGMA user_version").fetchone()[0] == version:
        return
    import sqlite_utils  # noqa: PLC0415 (slow to import, and a database is made or brought up to date once)

    database = sqlite_utils.Database(connection)
    steps = sqlite_utils.Migrations("askance")
    unknown = {step.name for step in steps.applied(database)} - {migration.name for migration in migrations}
    if unknown:
        raise StoreError(
            f"the database was written by a newer askance: {', '.join(sorted(unknown))}",
            hint="install that version again, or move the folder away to begin a new one",
        )
    for migration in migrations:
        steps(name=migration.name)(_Step(migration))
    steps.apply(database)
    connection.execute(f"PRAGMA user_version = {version:d}")


class _Step:
    """One migration in the form sqlite_utils calls."""

    def __init__(self, migration: Migration) -> None:
        self.__name__ = migration.name
        self._statements = migration.statements

    def __call__(self, db: "sqlite_utils.Database", /) -> None:
        for statement in self._statements:
            db.conn.execute(statement)
