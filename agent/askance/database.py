"""The only file that knows sqlite_utils: opens a database that keeps what it acknowledged, and migrates its schema."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from askance.errors import StoreError

if TYPE_CHECKING:
    import sqlite_utils

BUSY_TIMEOUT_S: Final = 30.0

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
                connection.execute(f"PRAGMA page_size = {page_bytes:d}")
                connection.executescript(_PRAGMAS)
                _migrate(connection, migrations)
            undo.pop_all()
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot open the database {path}: {error}", hint=f"check the folder's owner and free space: {path.parent}"
        ) from error
    return connection


def sound(connection: sqlite3.Connection) -> bool:
    """Whether SQLite's own ``quick_check`` finds nothing wrong."""
    try:
        rows: list[sqlite3.Row] = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError:
        return False
    return [row[0] for row in rows] == ["ok"]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection, None, None]:
    """Run the block as one transaction that holds the write lock from its start; an exception rolls it back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        # inside: a commit that finds the disk full leaves the transaction open, and every later one would fail
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


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
