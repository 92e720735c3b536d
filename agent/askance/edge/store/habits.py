"""What cameras usually show, as it was last written down; what the texts say is not the store's affair."""

import sqlite3
import threading
from collections.abc import Mapping

from askance.database import transaction
from askance.edge.store.faults import translated
from askance.wire.identity import CameraId


class HabitBook:
    """A text for each camera, in the database on ``connection``; any thread may call any method.

    Args:
        connection: the index.
        lock: guards it; whoever holds it already must not call.

    Raises:
        StoreFullError: from every method, when the disk is full, read-only or fails; the ballast is for frames alone.
        StoreError: from every method, when the disk or SQLite says anything else.
    """

    def __init__(self, connection: sqlite3.Connection, lock: threading.Lock) -> None:
        self._connection = connection
        self._lock = lock

    def read(self) -> Mapping[CameraId, str]:
        """Return the text of each camera that has one."""
        with self._lock, translated("read what cameras usually show"):
            rows: list[sqlite3.Row] = self._connection.execute("SELECT camera, shown FROM habits").fetchall()
        return {CameraId(row["camera"]): row["shown"] for row in rows}

    def note(self, shown: Mapping[CameraId, str]) -> None:
        """Write down the texts of cameras, JSON; all of them, or none."""
        with self._lock, translated("note what cameras usually show"), transaction(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO habits (camera, shown) VALUES (?, ?)", shown.items())
