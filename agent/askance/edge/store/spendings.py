"""What the rules have spent, on a clock that only runs while the device does."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from askance.edge.values import Spending

REMEMBERED_NS: Final = 31 * 24 * 3600 * 10**9
_PRUNED_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The same moment on both clocks, in nanoseconds."""

    monotonic_ns: int
    budget_ns: int


class Spendings:
    """The table of spendings, as seen from the boot that is numbered ``boot``.

    Budgets survive a restart, so their clock has to; and without a trusted wall clock nobody knows how long a device
    was off. The budget clock therefore goes on, in a new boot, from where the last spending left it: time that was not
    seen passing gives no credit.
    """

    def __init__(self, connection: sqlite3.Connection, boot: int) -> None:
        self._connection = connection
        self._boot = boot
        self._anchor: _Anchor | None = None

    def now(self, monotonic_ns: int) -> int:
        """Read the budget clock, in nanoseconds.

        In the boot of the last spending it has advanced by what the monotonic clock has; in another boot it stands
        still until it is first read there, and advances from then on. It never goes back.
        """
        if self._anchor is None:
            self._anchor = self._find_anchor(monotonic_ns)
        return self._anchor.budget_ns + max(0, monotonic_ns - self._anchor.monotonic_ns)

    def insert(self, spendings: Sequence[Spending]) -> None:
        """Note spendings, in the transaction of the frame they pay for, and forget a few that are too old."""
        rows = [
            (spending.rule, self._boot, spending.at_ns, self.now(spending.at_ns), spending.frames, spending.bytes)
            for spending in spendings
        ]
        if not rows:
            return
        self._connection.executemany(
            "INSERT INTO spendings (rule, boot, at_ns, budget_ns, frames, bytes) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        self._connection.execute(
            "DELETE FROM spendings WHERE budget_ns < ? AND id IN (SELECT id FROM spendings ORDER BY id LIMIT ?)",
            (max(row[3] for row in rows) - REMEMBERED_NS, _PRUNED_AT_ONCE),
        )

    def history(self) -> Mapping[str, tuple[Spending, ...]]:
        """Every remembered spending by rule, oldest first; ``at_ns`` is on the budget clock."""
        rows: list[sqlite3.Row] = self._connection.execute(
            "SELECT rule, budget_ns, frames, bytes FROM spendings ORDER BY rule, budget_ns, id"
        ).fetchall()
        return {
            rule: tuple(Spending(rule, row["budget_ns"], row["frames"], row["bytes"]) for row in group)
            for rule, group in groupby(rows, key=itemgetter("rule"))
        }

    def _find_anchor(self, monotonic_ns: int) -> _Anchor:
        last: sqlite3.Row | None = self._connection.execute(
            "SELECT boot, at_ns, budget_ns FROM spendings ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if last is None:
            return _Anchor(monotonic_ns, 0)
        seen = last["boot"] == self._boot and last["at_ns"] <= monotonic_ns
        return _Anchor(last["at_ns"] if seen else monotonic_ns, last["budget_ns"])
