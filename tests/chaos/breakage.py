"""What is broken on purpose in a worker's process, so that the scenario can show that it notices."""

import os
import sqlite3
import stat
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from itertools import count
from types import MappingProxyType
from typing import Final

from askance import database
from askance.central import intake, queue

WHOLE: Final = "nothing"


def _relax() -> None:
    """Let a commit return before it is on the disk."""
    relaxed = database._PRAGMAS.replace("synchronous = FULL", "synchronous = NORMAL")
    database.__dict__.update(_PRAGMAS=relaxed)


def _forget(kind: Callable[[int], bool]) -> Callable[[], None]:
    """Sync nothing of a kind; SQLite syncs its own files, and does not come by here."""

    def forget() -> None:
        sync = os.fsync

        def forgetful(descriptor: int) -> None:
            if not kind(os.fstat(descriptor).st_mode):
                sync(descriptor)

        os.__dict__.update(fsync=forgetful)

    return forget


_BATCHES: Final = count(1)


@contextmanager
def _late(connection: sqlite3.Connection) -> Generator[sqlite3.Connection, None, None]:
    """Commit some transactions later."""
    if connection.in_transaction and next(_BATCHES) % 5 == 0:
        connection.execute("COMMIT")
    if not connection.in_transaction:
        connection.execute("BEGIN IMMEDIATE")
    yield connection


def _answer_early() -> None:
    """Have the centre answer before it commits."""
    for module in (intake, queue):
        module.__dict__.update(transaction=_late)


NICHES: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        WHOLE: lambda: None,
        "synchronous=NORMAL": _relax,
        "no fsync of files": _forget(stat.S_ISREG),
        "receipt before commit": _answer_early,
        "no fsync of folders": _forget(stat.S_ISDIR),
    }
)
