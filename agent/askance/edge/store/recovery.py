"""How a start gets to an index that works: the one that is there, or one made anew from the frames."""

import sqlite3
from pathlib import Path
from typing import Final

from askance.database import primary_code
from askance.edge.store.ballast import Ballast
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.opening import UNUSABLE_CODES, begin_anew, close_anyhow, open_index
from askance.edge.store.sweep import Recovery, sweep
from askance.errors import StoreError

# Of rows that break the schema, or, without a code, that Python cannot read.
_ODD_ROWS: Final = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, None})


def recover(path: Path, envelopes: Envelopes, *, ballast: Ballast) -> tuple[sqlite3.Connection, Recovery]:
    """Open the index in ``path`` and make rows and files agree.

    An index that is damaged is set aside, and so is one whose pages are sound but with which no start gets to its end:
    the device would never start again, and all that matters of it can be made anew from the files.

    Raises:
        StoreFullError: the disk has no room, is read-only or fails.
        StoreLockedError: somebody else writes to the index.
        StoreError: the index was written by a newer version, or cannot be opened.
    """
    connection, rebuilt = ballast.spend_on("open the index", lambda: open_index(path))
    try:
        return connection, ballast.spend_on("check the store", lambda: sweep(connection, envelopes, rebuilt=rebuilt))
    except (StoreError, ValueError) as error:
        close_anyhow(connection)
        if rebuilt or not _is_of_the_index(error):
            raise
    made = ballast.spend_on("make an index anew", lambda: begin_anew(path))
    return made, ballast.spend_on("check the store", lambda: sweep(made, envelopes, rebuilt=True))


def _is_of_the_index(error: Exception) -> bool:
    """Whether an index made anew would not have it: what others hold, or the disk does not give, it would."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return primary_code(cause) in UNUSABLE_CODES | _ODD_ROWS
    return not isinstance(cause, OSError)
