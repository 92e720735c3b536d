"""The account of every frame of a site, out of the device's store and the centre's catalog as they stand.

The promise under test: a frame that the device's store counted as captured is in its store or in the centre's catalog,
with the same bytes, once; and when everything is quiet, nothing is left under way.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from askance.central.blobs import BLOBS
from askance.central.schema import CATALOG
from askance.edge.store.schema import INDEX_NAME
from chaos.verdict import Verdict

_HELD: Final = "SELECT frame_id, sha256, state FROM captures WHERE state != 'deleting'"
_BOOTS: Final = """
SELECT b.captured, b.stored, coalesce((SELECT sum(frames) FROM evictions e WHERE e.boot = b.number), 0),
    (SELECT count(*) FROM captures c WHERE c.boot = b.number AND state IN ('pending', 'quarantined'))
FROM boots b
"""
_ARRIVED: Final = "SELECT frame_id, sha256 FROM captures"
_TASKS: Final = "SELECT (SELECT count(*) FROM tasks t WHERE t.capture = c.id) FROM captures c"
_STAGED: Final = "SELECT count(*) FROM staging"
_KEPT: Final = frozenset({"pending", "quarantined"})


@dataclass(frozen=True, slots=True)
class Account:
    """Where the frames of a device are.

    Attributes:
        captured: how many the device's store counted, over all its boots.
        arrived: how many stand in the catalog.
        lost: promised, and neither held by the device nor by the centre with the same bytes, nor counted as evicted.
        duplicated: captures or tasks beyond one for each frame.
        pending: what the device still holds to send.
        aside: what it holds and does not send.
        staged: pieces that wait at the centre.
        idle: captures of the catalog that nobody is asked to label.
        unbalanced: boots of the device whose ledger does not add up.
    """

    captured: int
    arrived: int
    lost: int
    duplicated: int
    pending: int
    aside: int
    staged: int
    idle: int
    unbalanced: int

    @property
    def stuck(self) -> int:
        """Frames and pieces that are under way."""
        return self.pending + self.staged + self.idle

    def verdict(
        self,
        scenario: str,
        title: str,
        trials: int,
        *,
        wrong: tuple[str, ...] = (),
        controls: Mapping[str, bool] | None = None,
        figures: Mapping[str, float] | None = None,
        amounts: Mapping[str, float] | None = None,
        aside: int = 0,
    ) -> Verdict:
        """Judge; ``aside`` frames may be set aside, each more is stuck."""
        return Verdict(
            scenario,
            title,
            trials,
            lost=self.lost,
            duplicated=self.duplicated,
            stuck=self.stuck + max(0, self.aside - aside),
            wrong=(*wrong, *([f"ledgers that do not add up: {self.unbalanced}"] if self.unbalanced else [])),
            controls=controls or {},
            figures=figures or {},
            amounts={"frames": self.captured, **(amounts or {})},
        )


class Books:
    """What was found whole once, and need not be read again: the bytes of a blob never change."""

    def __init__(self) -> None:
        self._whole: set[Path] = set()

    def account(self, store: Path, catalog: Path) -> Account:
        """Count every frame, of the device first: what it lets go of meanwhile is then at the centre.

        Args:
            store: the device's folder.
            catalog: the centre's.
        """
        held, boots = ask(store / INDEX_NAME, _HELD, _BOOTS)
        arrived, tasks, staged = ask(catalog / CATALOG, _ARRIVED, _TASKS, _STAGED)
        there = {frame: sha for frame, sha in arrived if self._is_whole(_blob(catalog, sha), sha)}
        waiting = {frame: sha for frame, sha, state in held if state in _KEPT}
        delivered = {frame: sha for frame, sha, state in held if state == "delivered"}
        torn = {frame for frame, sha in waiting.items() if not _kept(store, frame, sha)}
        if torn:  # or evicted a moment ago
            torn &= {frame for frame, _, state in rows(store / INDEX_NAME, _HELD) if state in _KEPT}
        missing = {frame for frame, sha in delivered.items() if there.get(frame) != sha}
        promised = sum(captured - evicted for captured, _, evicted, _ in boots)
        nowhere = promised - len({*waiting, *delivered, *there})
        copies = Counter(frame for frame, _ in arrived)
        return Account(
            captured=sum(captured for captured, *_ in boots),
            arrived=len(arrived),
            lost=max(0, nowhere) + len(missing) + len(torn) + len(copies) - len(there),
            duplicated=sum(count - 1 for count in copies.values()) + sum(max(0, count - 1) for (count,) in tasks),
            pending=sum(state == "pending" for *_, state in held),
            aside=sum(state == "quarantined" for *_, state in held),
            staged=sum(count for (count,) in staged),
            idle=sum(count == 0 for (count,) in tasks),
            unbalanced=sum(captured != stored + evicted + left for captured, stored, evicted, left in boots),
        )

    def _is_whole(self, path: Path, sha256: str) -> bool:
        if path not in self._whole and _holds(path, sha256):
            self._whole.add(path)
        return path in self._whole


def ask(database: Path, *questions: str) -> list[list[Any]]:
    """Ask about one moment of a database, beside whoever writes to it; one that is not made yet holds nothing."""
    if not database.exists():
        return [[] for _ in questions]
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'captures'").fetchone():
            return [[] for _ in questions]
        return [connection.execute(question).fetchall() for question in questions]


def rows(database: Path, question: str) -> list[Any]:
    """Ask one thing."""
    return ask(database, question)[0]


def _blob(catalog: Path, sha256: str) -> Path:
    return catalog / BLOBS / "sha256" / sha256[:2] / sha256[2:4] / f"{sha256}.askf"


def _kept(store: Path, frame_id: str, sha256: str) -> bool:
    """Whether the file of a frame holds what its row says."""
    return any(_holds(file, sha256) for file in store.rglob(f"{frame_id}*.askf"))


def _holds(file: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except FileNotFoundError:
        return False
