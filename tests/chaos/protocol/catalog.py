"""The centre's durable half in memory: the real tables under SQLite's own transactions, and a folder of envelopes."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from askance.central.blobs import Blobs
from askance.central.schema import MIGRATIONS
from askance.wire.codec import digest
from askance.wire.identity import FrameId, Sha256
from support_life import Disk, Life

TABLES: Final = (
    "tasks",
    "annotations",
    "reasons",
    "captures",
    "staging",
    "ledgers",
    "devices",
    "dead_letters",
    "notices",
)
UNIQUE: Final = "UNIQUE (device, frame_id)"


class Shelf(Blobs):
    """Envelopes in memory: each is there when its step is over, whatever becomes of the transaction."""

    def __init__(self, disk: Disk) -> None:
        self.kept: dict[Sha256, bytes] = {}
        self._disk = disk

    def put(self, envelopes: Mapping[Sha256, bytes]) -> None:
        """Keep envelopes, one step each."""
        for sha256, envelope in envelopes.items():
            self._disk.life.write()
            self.kept[sha256] = envelope

    def probe(self) -> None:
        """Find the disk well, or not."""
        self._disk.life.write()


class Catalog:
    """What survives at the centre, for all receivers together, and the account of it.

    Args:
        unique: whether the tables keep a frame from standing there twice.
    """

    def __init__(self, *, unique: bool = True) -> None:
        self.disk = sqlite3.connect(":memory:", isolation_level=None, factory=Disk, check_same_thread=False)
        self.disk.row_factory = sqlite3.Row
        self.disk.life = Life()
        self.blobs = Shelf(self.disk)
        for migration in MIGRATIONS:
            for statement in migration.statements:
                self.disk.execute(statement if unique else statement.replace(f",\n    {UNIQUE}", ""))

    def clear(self) -> None:
        """Begin anew, as an empty catalog."""
        self.disk.life = Life()
        for table in TABLES:
            self.disk.execute(f"DELETE FROM {table}")  # noqa: S608 (our own names)
        self.blobs.kept.clear()

    def ask(self, question: str) -> list[Sequence[Any]]:
        """Ask beside whoever writes: no step of anybody's."""
        before, self.disk.life = self.disk.life, Life()
        try:
            return [tuple(row) for row in self.disk.execute(question)]
        finally:
            self.disk.life = before

    @property
    def captures(self) -> dict[FrameId, Sha256]:
        """The frames that stand there, each with the hash of its envelope."""
        return {FrameId(frame_id): Sha256(sha) for frame_id, sha in self.ask("SELECT frame_id, sha256 FROM captures")}

    @property
    def copies(self) -> int:
        """Captures and tasks beyond one for each frame."""
        captures = Counter(row[0] for row in self.ask("SELECT frame_id FROM captures"))
        tasks = Counter(row[0] for row in self.ask("SELECT capture FROM tasks"))
        return sum(captures.values()) - len(captures) + sum(tasks.values()) - len(tasks)

    @property
    def untasked(self) -> int:
        """Captures that nobody is asked to label."""
        return len(self.ask("SELECT 1 FROM captures WHERE id NOT IN (SELECT capture FROM tasks)"))

    @property
    def staged(self) -> set[FrameId]:
        """Frames of which pieces wait."""
        return {FrameId(row[0]) for row in self.ask("SELECT DISTINCT frame_id FROM staging")}

    def holds(self, frame_id: FrameId, envelope: bytes) -> bool:
        """Whether a frame stands there with exactly these bytes."""
        sha256 = digest(envelope)
        return self.captures.get(frame_id) == sha256 and self.blobs.kept.get(sha256) == envelope
