"""The clock that budgets run on: it advances only while the device looks, and it never goes back."""

import sqlite3
import threading
from typing import Final

NOTED_EVERY_NS: Final = 3600 * 10**9


class BudgetClock:
    """The budget clock as seen from the boot that is numbered ``boot``.

    Budgets survive a restart, so their clock has to; and without a trusted wall clock nobody knows how long a device
    was off. The clock therefore goes on, in a new boot, from where it was last noted: time that was not seen passing
    gives no credit. Of time lines that interleave (recordings, cameras) it follows the one that is furthest ahead, so
    that no second counts twice.

    Any thread may read it; notes are made by whoever holds the lock on ``connection``.
    """

    def __init__(self, connection: sqlite3.Connection, boot: int) -> None:
        self._connection = connection
        self._boot = boot
        self._lock = threading.Lock()
        row: sqlite3.Row | None = connection.execute(
            "SELECT boot, monotonic_ns, budget_ns FROM budget_clock"
        ).fetchone()
        self._budget_ns: int = 0 if row is None else row["budget_ns"]
        self._last_seen_ns: int | None = row["monotonic_ns"] if row is not None and row["boot"] == boot else None
        self._latest_ns: int | None = None
        self._noted_ns = self._budget_ns

    def read(self, monotonic_ns: int) -> int:
        """Read the clock at a moment of this boot, in nanoseconds.

        In the boot of the last note it has advanced by what the monotonic clock has; in another boot, or on a time line
        that begins earlier, it stands still until it is first read there, and advances from then on.
        """
        with self._lock:
            if self._latest_ns is None:
                self._latest_ns = monotonic_ns if self._last_seen_ns is None else min(self._last_seen_ns, monotonic_ns)
            passed = max(0, monotonic_ns - self._latest_ns)
            self._latest_ns += passed
            self._budget_ns += passed
            return self._budget_ns

    @property
    def overdue(self) -> bool:
        """Whether so much time was seen since the last note that a power cut must not take it."""
        return self._budget_ns - self._noted_ns >= NOTED_EVERY_NS

    def note(self) -> None:
        """Write down what time it is, if it has been read at all.

        Raises:
            sqlite3.Error: as SQLite says.
        """
        with self._lock:
            if self._latest_ns is None:
                return
            # also when it fails: a full disk is asked again in an hour, not with every frame
            self._noted_ns = self._budget_ns
            row = (self._boot, self._latest_ns, self._budget_ns)
        self._connection.execute(
            "INSERT OR REPLACE INTO budget_clock (id, boot, monotonic_ns, budget_ns) VALUES (1, ?, ?, ?)", row
        )
