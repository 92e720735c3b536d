"""What the rules have spent, on the budget clock."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from askance.edge.store.index import Record
from askance.edge.values import Spending

REMEMBERED_NS: Final = 31 * 24 * 3600 * 10**9
_PRUNED_AT_ONCE: Final = 8


def insert(connection: sqlite3.Connection, spendings: Sequence[Spending]) -> None:
    """Note spendings, in the transaction of the frame they pay for, and forget a few that are too old."""
    if not spendings:
        return
    connection.executemany(
        "INSERT INTO spendings (rule, at_ns, frames, bytes) VALUES (?, ?, ?, ?)",
        [(spending.rule, spending.at_ns, spending.frames, spending.bytes) for spending in spendings],
    )
    connection.execute(
        "DELETE FROM spendings WHERE at_ns < ? AND id IN (SELECT id FROM spendings ORDER BY id LIMIT ?)",
        (max(spending.at_ns for spending in spendings) - REMEMBERED_NS, _PRUNED_AT_ONCE),
    )


def charge(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Charge frames whose spendings a crash has taken to every rule that they name, in the caller's transaction.

    Nobody knows any more which of the rules paid, nor when, so all did, at the last moment that was noted: a budget
    that opens late costs frames, one that opens early costs the operator's trust.
    """
    frames: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for record in records:
        for rule in {reason.rule for reason in record.manifest.reasons}:
            frames[rule] += 1
            sizes[rule] += record.size
    row: sqlite3.Row | None = connection.execute("SELECT budget_ns FROM budget_clock").fetchone()
    at_ns: int = 0 if row is None else row["budget_ns"]
    insert(connection, [Spending(rule, at_ns, count, sizes[rule]) for rule, count in sorted(frames.items())])


def history(connection: sqlite3.Connection) -> Mapping[str, tuple[Spending, ...]]:
    """Every remembered spending by rule, oldest first."""
    rows: list[sqlite3.Row] = connection.execute(
        "SELECT rule, at_ns, frames, bytes FROM spendings ORDER BY rule, at_ns, id"
    ).fetchall()
    return {
        rule: tuple(Spending(rule, row["at_ns"], row["frames"], row["bytes"]) for row in group)
        for rule, group in groupby(rows, key=itemgetter("rule"))
    }
