"""What a store holds after its process has ended, held against what that process had said."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from askance.database import sound
from askance.edge.store import Store
from askance.edge.store.schema import INDEX_NAME
from askance.errors import AskanceError
from askance.wire.codec import digest
from askance.wire.identity import FrameId
from chaos.day import BOOT, RULE, section
from support_store import DEVICE, make_draft

ORDINARY: Final = {INDEX_NAME, f"{INDEX_NAME}-wal", f"{INDEX_NAME}-shm", "lock", "ballast", "frames", "damaged"}
WHOLE: Final = 10**9
UNHARMED: Final = "says that frames are lost or damaged which nobody has harmed"


@dataclass
class Told:
    """What a day's process has said; ``pending`` at its end: None where it did not get there."""

    kept: dict[FrameId, str] = field(default_factory=dict[FrameId, str])
    delivered: set[FrameId] = field(default_factory=set[FrameId])
    quarantined: set[FrameId] = field(default_factory=set[FrameId])
    ruined: set[FrameId] = field(default_factory=set[FrameId])
    failed: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    pending: int | None = None

    @classmethod
    def by(cls, lines: Sequence[str]) -> "Told":
        """Read its lines."""
        told = cls()
        for line in lines:
            word, _, rest = line.partition(" ")
            match word:
                case "kept":
                    frame_id, _, sha = rest.partition(" ")
                    told.kept[FrameId(frame_id)] = sha
                case "delivered" | "quarantined" | "ruined":
                    getattr(told, word).add(FrameId(rest))
                case "failed":
                    told.failed.append(rest)
                case "wrong":
                    told.wrong.append(rest)
                case "over":
                    told.pending = int(rest)
                case _:
                    told.wrong.append(f"no such word: {line}")
        return told


@dataclass(frozen=True)
class Stock:
    """How many promised frames are lost, and everything else that may not be."""

    lost: int
    wrong: tuple[str, ...]


def take_stock(folder: Path, told: Told, *, intact: bool = True) -> Stock:
    """Open a store as the next start does, and count.

    Args:
        folder: the store's.
        told: what the process before had said.
        intact: whether nothing but what the process ruined itself may be missing or damaged.
    """
    wrong = list(told.wrong)
    try:
        with Store.open(section(folder), device=DEVICE, boot_id=BOOT, randomness=_unlike_any) as store:
            wrong += _untidy(folder)
            lost = _missing(store, folder, told=told, wrong=wrong)
            wrong += _unjust(store, told, intact=intact)
            if not isinstance(store.keep(make_draft(value=1.0), b"one more"), str):
                wrong.append("takes no frame more")
        with closing(sqlite3.connect(folder / INDEX_NAME)) as index:
            if not sound(index):
                wrong.append("index unsound")
    except AskanceError as error:
        return Stock(len(told.kept), (*wrong, f"does not open: {error}"))
    return Stock(lost, tuple(wrong))


def _unlike_any(length: int) -> bytes:
    return b"\xff" * length


def _untidy(folder: Path) -> list[str]:
    """What lies in the folder and should not, and frames whose row and file do not agree."""
    left = {file.name for file in folder.iterdir()} - ORDINARY
    left |= {file.name for file in (folder / "frames").rglob("*") if file.is_file() and file.suffix != ".askf"}
    with closing(sqlite3.connect(folder / INDEX_NAME)) as index:
        rows = dict(index.execute("SELECT frame_id, bytes FROM captures"))
        seqs = Counter(row[0] for row in index.execute("SELECT seq FROM captures"))
    files = {file.stem: file.stat().st_size for file in (folder / "frames").rglob("*.askf")}
    twice = [str(seq) for seq, often in seqs.items() if often > 1]
    return [
        *[f"left behind: {name}" for name in sorted(left)],
        *[
            f"row and file differ: {frame}"
            for frame in sorted(rows.keys() | files.keys())
            if rows.get(frame) != files.get(frame)
        ],
        *[f"sequence number given twice: {seq}" for seq in twice],
    ]


def _missing(store: Store, folder: Path, *, told: Told, wrong: list[str]) -> int:
    """How many promised frames are neither held whole, nor delivered, nor counted as gone."""
    held = {frame_id: store.read(frame_id, 0, length=WHOLE) for frame_id in told.kept}
    torn = [frame_id for frame_id, content in held.items() if content and digest(content) != told.kept[frame_id]]
    wrong += [f"torn: {frame_id}" for frame_id in torn]
    with closing(sqlite3.connect(folder / INDEX_NAME)) as index:
        states: dict[FrameId, str] = dict(index.execute("SELECT frame_id, state FROM captures"))
    if not told.failed:  # a disk that fails may leave receipts in memory, from where a kill takes them
        wrong += [f"receipt forgotten: {one}" for one in told.delivered if states.get(one, "delivered") != "delivered"]
    gone = [frame_id for frame_id, content in held.items() if content is None and frame_id not in told.delivered]
    counted = sum(sum(ledger.evicted.values()) for ledger in store.ledgers())
    return len(torn) + max(0, len(gone) - counted)


def _unjust(store: Store, told: Told, *, intact: bool) -> list[str]:
    """What the count of frames says that cannot be."""
    recovery = store.recovery
    wrong = ["the index was thrown away"] if recovery.rebuilt else []
    for ledger in store.ledgers():
        if ledger.unaccounted:
            wrong.append(f"ledger does not add up: {ledger}")
        if not len(told.kept) <= ledger.captured <= len(told.kept) + 1 + len(told.failed):
            wrong.append(f"promised {len(told.kept)}, counted {ledger.captured}")
        ruined = ledger.evicted.get("lost", 0) + ledger.evicted.get("damaged", 0)
        if intact and ruined > len(told.ruined):
            wrong.append(f"{UNHARMED}: {json.dumps(dict(ledger.evicted))}")
        spent = sum(one.frames for one in store.spent().get(RULE, ()))
        if not len(told.kept) <= spent <= len(told.kept) + 1 + len(told.failed):
            wrong.append(f"promised {len(told.kept)}, paid for {spent}")
    return wrong
