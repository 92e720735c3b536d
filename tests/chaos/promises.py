"""What a device's store has promised, over all its lives on one disk, and what has become of it after a power cut."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final, Self

from askance.edge.store import Store
from askance.edge.store.rule_copy import saved_rules
from askance.edge.store.schema import INDEX_NAME
from askance.errors import WireError
from askance.wire.codec import digest, unpack
from askance.wire.identity import FrameId
from chaos.capturing import BROKER, CAMERA, LEAST_CEILING, RULES, Capturing
from chaos.worker import Work
from support_store import open_store

QUOTAS: Final = (10**6, 3 * 10**6, 40 * 10**6)
HELD: Final = ("pending", "quarantined")

_BOOTS: Final = """
SELECT captured, stored,
       coalesce((SELECT sum(frames) FROM evictions e WHERE e.boot = b.number), 0) AS evicted,
       coalesce((SELECT sum(frames) FROM evictions e WHERE e.boot = b.number AND reason <> 'quota'), 0) AS broken,
       (SELECT count(*) FROM captures c WHERE c.boot = b.number AND state IN ('pending', 'quarantined')) AS held,
       (SELECT count(*) - count(DISTINCT seq) FROM captures c WHERE c.boot = b.number) AS doubled
FROM boots b
"""


@dataclass(frozen=True, slots=True)
class State:
    """A store as it stands, read beside its own code: rows of frames by id, boots, and files by id."""

    frames: Mapping[FrameId, sqlite3.Row]
    boots: tuple[sqlite3.Row, ...]
    spent: int
    sound: bool
    files: Mapping[FrameId, bytes]
    strays: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the store in ``path``, which nobody has open."""
        with closing(sqlite3.connect(path / INDEX_NAME)) as index:
            index.row_factory = sqlite3.Row
            rows = index.execute("SELECT frame_id, sha256, bytes, state FROM captures").fetchall()
            files = {FrameId(file.stem): file.read_bytes() for file in path.glob("frames/**/*.askf")}
            others = [file for folder in ("frames", "damaged") for file in (path / folder).rglob("*") if file.is_file()]
            return cls(
                {FrameId(row["frame_id"]): row for row in rows},
                tuple(index.execute(_BOOTS).fetchall()),
                spent=index.execute("SELECT coalesce(sum(frames), 0) FROM spendings").fetchone()[0],
                sound=[tuple(row) for row in index.execute("PRAGMA integrity_check")] == [("ok",)]
                and not index.execute("PRAGMA foreign_key_check").fetchall(),
                files=files,
                strays=tuple(file.name for file in others if FrameId(file.stem) not in files),
            )

    def total(self, column: str) -> int:
        """Add up a column over the boots."""
        return sum(boot[column] for boot in self.boots)


@dataclass(slots=True)
class Promises:
    """The account of a device's store; see ``power_cuts.Account``.

    Attributes:
        path: the store's folder.
        quota: in bytes.
        random: the order in which workers do things.
        kept: the hash of each promised frame's picture.
        delivered: frames whose receipt was taken.
        quarantined: frames that are not sent any more.
        notes: the number last noted, by what was noted.
        now_ns: the budget clock when a frame was last kept.
    """

    scenario: ClassVar[str] = "R3"
    title: ClassVar[str] = "power cuts and kills of the device's store"

    path: Path
    quota: int
    random: Random
    kept: dict[FrameId, str] = field(default_factory=dict[FrameId, str])
    delivered: set[FrameId] = field(default_factory=set[FrameId])
    quarantined: set[FrameId] = field(default_factory=set[FrameId])
    notes: dict[str, int] = field(default_factory=dict[str, int])
    now_ns: int = 0

    @classmethod
    def open(cls, folder: Path, random: Random) -> Self:
        """Begin with an empty store that evicts with almost every frame, sometimes, or never."""
        return cls(folder / "edge", random.choice(QUOTAS), random)

    def work(self, *, life: int, boot: int) -> Work:
        """Capture."""
        return Capturing(self.path, self.quota, f"boot-{boot}", life=life, seed=self.random.getrandbits(32))

    def hear(self, lines: Iterable[str]) -> Iterator[str]:
        """Take what a worker said; complains about how it found the store."""
        for line in lines:
            word, *rest = line.split()
            match word, rest:
                case "kept", [frame_id, jpeg, now_ns]:
                    self.kept[FrameId(frame_id)] = jpeg
                    self.now_ns = int(now_ns)
                case "delivered", [frame_id]:
                    self.delivered.add(FrameId(frame_id))
                case "quarantined", [frame_id]:
                    self.quarantined.add(FrameId(frame_id))
                case "noted", [name, number]:
                    self.notes[name] = int(number)
                case "opened", [*found] if found != ["0", "0", "0"]:
                    yield f"a start found the index rebuilt, frames lost, frames damaged: {found}"
                case _:
                    pass

    def check(self, *, boot: int) -> Iterator[tuple[str, int]]:
        """Open the store as a start in this boot does, and count what may not be, by what it is."""
        with open_store(self.path, quota=self.quota, boot_id=f"boot-{boot}") as store:
            found = store.recovery
            yield "lost", found.lost + found.damaged
            yield "index rebuilt", int(found.rebuilt)
            yield "budget clock went back", int(store.budget_now(0) < self.now_ns)
            for name, number in self._noted(store).items():
                yield f"note of {name} lost", int(number < self.notes.get(name, 0))
        state = State.of(self.path)
        yield from self._judge(state)
        self._learn(state)

    def finish(self, *, boot: int) -> int:
        """Deliver everything that is due; returns how many frames cannot be."""
        with open_store(self.path, quota=self.quota, boot_id=f"boot-{boot}") as store:
            for due in store.due(10**6, exclude=()):
                envelope = store.read(due.frame_id, 0, length=due.size)
                if envelope is not None and digest(envelope) == due.sha256:
                    store.deliver(due.frame_id, due.sha256)
            return len(store.due(10**6, exclude=()))

    def _judge(self, state: State) -> Iterator[tuple[str, int]]:
        captured = state.total("captured")
        gone = [frame for frame in self.kept if frame not in state.frames and frame not in self.delivered]
        # one that was delivered, or evicted, when the power went could not say so any more
        accounted = state.total("evicted") + max(0, state.total("stored") - len(self.delivered))
        yield "lost", max(len(self.kept) - captured, len(gone) - accounted, 0)
        yield "lost", state.total("broken")
        yield "lost", sum(not self._whole(frame, state) for frame in self.kept if frame in state.frames)
        yield "duplicated", state.total("doubled")
        yield (
            "boots unbalanced",
            sum(boot["captured"] != boot["stored"] + boot["evicted"] + boot["held"] for boot in state.boots),
        )
        yield "frames to be sent again", sum(self._state(frame, state) in HELD for frame in self.delivered)
        yield "quarantines forgotten", sum(self._state(frame, state) == "pending" for frame in self.quarantined)
        yield "spendings lost", max(0, captured - state.spent)
        yield "spendings of nothing", max(0, state.spent - captured)
        yield "index unsound", int(not state.sound)
        yield "stray files", len(state.strays)
        yield "files without row", len(state.files.keys() - state.frames.keys())
        yield "rows without file", len(state.frames.keys() - state.files.keys())

    def _whole(self, frame: FrameId, state: State) -> bool:
        """Whether a frame's file is what its row says, with the picture that was captured."""
        row, envelope = state.frames[frame], state.files.get(frame, b"")
        try:
            picture = digest(unpack(envelope).jpeg)
        except WireError:
            return False
        return (row["sha256"], row["bytes"], self.kept[frame]) == (digest(envelope), len(envelope), picture)

    def _state(self, frame: FrameId, state: State) -> Any:  # noqa: ANN401 (as SQLite says)
        return state.frames[frame]["state"] if frame in state.frames else None

    def _learn(self, state: State) -> None:
        """From now on what was found here is promised too."""
        for frame, row in state.frames.items():
            if frame not in self.kept:
                self.kept[frame] = digest(unpack(state.files[frame]).jpeg)
            if row["state"] == "delivered":
                self.delivered.add(frame)
            if row["state"] == "quarantined":
                self.quarantined.add(frame)

    def _noted(self, store: Store) -> Mapping[str, int]:
        """The numbers that the store remembers; 0 where nothing was noted."""
        ceiling = store.chunk_ceiling(BROKER)
        return {
            "ceiling": 0 if ceiling is None else ceiling - LEAST_CEILING,
            "habits": int(store.habits.read().get(CAMERA, "0")),
            "rules": int(saved_rules(self.path).get(RULES, "0")),
        }
