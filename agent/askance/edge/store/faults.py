"""Which failures of the disk pass by themselves and which do not."""

import errno
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from askance.database import DAMAGE_CODES, primary_code
from askance.errors import StoreError, StoreFullError, StoreLockedError

# What a file system says of a place that it cannot read, or that makes no sense to it.
UNREADABLE_ERRNOS: Final = frozenset({errno.EIO, errno.EUCLEAN, errno.EBADMSG})
# EFBIG is what a limit on file sizes says (LimitFSIZE of a unit, a quota of some file systems).
TRANSIENT_ERRNOS: Final = UNREADABLE_ERRNOS | {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
# SQLite answers a full disk with FULL or, while it grows its WAL, with IOERR or CANTOPEN.
TRANSIENT_CODES: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)
LOCKED_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_CLOSE: Final = "close what else has captures.db in store.path open, a shell of sqlite3 say: `fuser -v` names it"


@contextmanager
def translated(doing: str) -> Generator[None, None, None]:
    """Turn failures of the disk and of SQLite inside the block into errors with a next step.

    Raises:
        StoreFullError: no space, read-only or failing disk; may pass.
        StoreLockedError: another program writes to the database.
        StoreError: anything else that the disk or SQLite said.
    """
    try:
        yield
    except OSError as error:
        text = f"cannot {doing}: {error}"
        if error.errno in TRANSIENT_ERRNOS:
            raise _full(text) from error
        raise StoreError(text, hint="check owner and mode of the folder that store.path names") from error
    except sqlite3.Error as error:
        text = f"cannot {doing}: {error}"
        code = primary_code(error)
        if code in TRANSIENT_CODES:
            raise _full(text) from error
        if code in LOCKED_CODES:
            raise StoreLockedError(text, hint=_CLOSE) from error
        if code in DAMAGE_CODES:
            hint = "restart the agent (systemctl restart askance-edge): it rebuilds the index from the frames"
            raise StoreError(text, hint=hint) from error
        raise StoreError(text, hint="run `askance doctor`") from error


def attempt(action: Callable[[], object]) -> bool:
    """Do something to a file; False where the disk does not give its place back.

    Raises:
        OSError: whatever else the disk says.
    """
    try:
        action()
    except OSError as error:
        if error.errno not in UNREADABLE_ERRNOS:
            raise
        return False
    return True


def _full(text: str) -> StoreFullError:
    return StoreFullError(
        text, hint="free space or remount the disk writable (df, dmesg), or lower store.quota; capturing resumes alone"
    )
