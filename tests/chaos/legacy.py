"""Databases as earlier versions left them: the schema's first steps alone, and the rows that fit into them."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeAlias

from askance.database import Migration, connect

Row: TypeAlias = dict[str, Any]
Contents: TypeAlias = Mapping[str, Sequence[Row]]

_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'"
    " AND name NOT LIKE '@_sqlite@_%' ESCAPE '@' ORDER BY name"
)


def take_back(database: Path, migrations: Sequence[Migration], *, page_bytes: int, stamped: bool) -> None:
    """Put a database of today back to where ``migrations`` alone had brought it; what they have no room for goes.

    Args:
        database: of today.
        migrations: the first few of today's.
        page_bytes: the size of its pages.
        stamped: whether the version that left it noted in ``user_version`` what steps it had seen.
    """
    old = database.with_name("old.db")
    with closing(connect(old, migrations, page_bytes=page_bytes)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ATTACH ? AS today", (str(database),))
        for (table,) in connection.execute(_TABLES).fetchall():
            columns = ", ".join(row["name"] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}")  # noqa: S608 (our own names)
        connection.execute("DETACH today")
        if not stamped:
            connection.execute("PRAGMA user_version = 0")
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    old.replace(database)


def contents(database: Path) -> dict[str, list[Row]]:
    """Return every row of every table."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 (our own names)
            for (table,) in connection.execute(_TABLES).fetchall()
        }


def gone(then: Contents, now: Contents) -> Iterator[str]:
    """Name the tables in which rows are missing that were there, by the columns that were there."""
    for table, rows in then.items():
        columns = list(rows[0]) if rows else []
        left = Counter(tuple(row.get(column) for column in columns) for row in now.get(table, ()))
        if Counter(tuple(row.values()) for row in rows) - left:
            yield table
