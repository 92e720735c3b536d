"""A process that ends, or finds its disk failing, before any one of its steps."""

import sqlite3
from collections.abc import Iterable
from random import Random
from typing import Any


class Died(BaseException):
    """The process is gone between two of its steps; nothing of ours may catch it."""


class Life:
    """Counts the steps of a process and ends it, or fails its disk once, at the one that was chosen."""

    def __init__(self) -> None:
        self.steps = 0
        self._dies_at: int | str | None = None
        self._fails_at: int | None = None

    def choose(self, *, dies_at: int | str | None = None, fails_at: int | None = None) -> None:
        """Begin to count anew, and end before the given step, or before a statement of SQL; never where None."""
        self.steps, self._dies_at, self._fails_at = 0, dies_at, fails_at

    def draw(self, random: Random, *, dies: float, fails: float, within: int) -> None:
        """Choose by chance, among the next ``within`` steps."""
        chosen = [random.randrange(within) if random.random() < chance else None for chance in (dies, fails)]
        self.choose(dies_at=chosen[0], fails_at=chosen[1])

    def step(self, statement: str | None = None) -> None:
        """Take a step.

        Raises:
            Died: this is the one.
        """
        if self._dies_at is not None and self._dies_at in {self.steps, statement}:
            raise Died
        self.steps += 1

    def write(self, statement: str | None = None) -> None:
        """Take a step that needs the disk.

        Raises:
            Died: this is the one.
            sqlite3.OperationalError: the disk fails at this one.
        """
        if self.steps == self._fails_at:
            self._fails_at = None
            raise sqlite3.OperationalError("disk I/O error")
        self.step(statement)


class Disk(sqlite3.Connection):
    """A connection on which every statement is a step of the process that uses it just now."""

    life: Life

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 (sqlite3's signature)
        """Run a statement, unless the process ends before it; who is gone rolls nothing back, SQLite does."""
        if sql != "ROLLBACK":
            self.life.write(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement several times, as one step."""
        self.life.write()
        return super().executemany(sql, parameters)
