"""What a centre has acknowledged, over all its lives on one disk, and what has become of it after a power cut."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import ClassVar, Self

from askance.central.blobs import BLOBS, Blobs
from askance.central.intake import Intake
from askance.central.lifecycle import State
from askance.central.schema import CATALOG
from askance.wire.codec import digest
from askance.wire.identity import FrameId, Sha256
from askance.wire.receipts import Missing, Receipt, Stored
from chaos.receiving import Receiving, Sent, open_store
from chaos.worker import Work


@dataclass(slots=True)
class Given:
    """The account of a centre's store; see ``power_cuts.Account``.

    Attributes:
        path: the store's folder.
        random: the order in which messages come.
        sent: the frames of which a message was acknowledged.
        stored: the hashes of which receipts were given.
        labelled: tasks that a person has done.
    """

    scenario: ClassVar[str] = "R4"
    title: ClassVar[str] = "power cuts and kills of the centre's store"

    path: Path
    random: Random
    sent: set[int] = field(default_factory=set[int])
    stored: dict[FrameId, Sha256] = field(default_factory=dict[FrameId, Sha256])
    labelled: set[int] = field(default_factory=set[int])

    @classmethod
    def open(cls, folder: Path, random: Random) -> Self:
        """Begin with an empty store."""
        return cls(folder / "central", random)

    def work(self, *, life: int, boot: int) -> Work:  # noqa: ARG002 (to a centre a boot is nothing)
        """Receive."""
        return Receiving(self.path, life, shared=self.random.random() < 0.5, seed=self.random.getrandbits(32))

    def hear(self, lines: Iterable[str]) -> Iterator[str]:
        """Take what a receiver said."""
        for line in lines:
            match line.split():
                case "sent", number:
                    self.sent.add(int(number))
                case "stored", frame, sha:
                    self.stored[FrameId(frame)] = Sha256(sha)
                case "labelled", task:
                    self.labelled.add(int(task))
                case "refused", *_:
                    yield line
                case _:
                    pass

    def check(self, *, boot: int) -> Iterator[tuple[str, int]]:  # noqa: ARG002 (the same)
        """Open the store as a receiver does, and look into it beside its code."""
        open_store(self.path)._connection.close()
        with closing(sqlite3.connect(self.path / CATALOG)) as catalog:
            captures: dict[FrameId, Sha256] = dict(catalog.execute("SELECT frame_id, sha256 FROM captures").fetchall())
            tasks = catalog.execute("SELECT c.frame_id, t.id, t.state FROM captures c JOIN tasks t ON t.capture = c.id")
            states = [(FrameId(frame), number, state) for frame, number, state in tasks.fetchall()]
            rows = catalog.execute("SELECT count(*) FROM captures").fetchone()[0]
            bare = catalog.execute(
                "SELECT count(*) FROM captures c WHERE (SELECT count(*) FROM annotations WHERE capture = c.id"
                " AND source = 'device') <> 2 OR (SELECT count(*) FROM reasons WHERE capture = c.id) <> 1"
            ).fetchone()[0]
            yield "catalog unsound", int(catalog.execute("PRAGMA integrity_check").fetchall() != [("ok",)])
        whole = self._blobs()
        with_task = {frame for frame, *_ in states}
        done = {number for _, number, state in states if state == State.DONE}
        yield "lost", sum(captures.get(frame) != sha or not whole.get(sha) for frame, sha in self.stored.items())
        yield "lost", sum(frame not in with_task for frame in captures)
        yield "duplicated", len(states) - len(with_task) + rows - len(captures)
        yield "rows without a whole blob", sum(not whole.get(sha) for sha in captures.values())
        yield "torn blobs", sum(not sound for sound in whole.values())
        yield "rows without their annotations", bare
        yield "labels lost", len(self.labelled - done)
        yield "unfinished files left", len([*self._unfinished()])
        self.stored |= captures

    def finish(self, *, boot: int) -> int:  # noqa: ARG002 (the same)
        """Have every device ask for its frames, and send what is missing; returns how many frames do not arrive."""
        intake = open_store(self.path)
        try:
            return sum(not self._send(intake, Sent.of(number)) for number in sorted(self.sent))
        finally:
            intake._connection.close()

    def _send(self, intake: Intake, sent: Sent) -> bool:
        """Ask, send what is missing, and ask again."""
        receipt = _ask(intake, sent)
        if isinstance(receipt, Missing):
            intake.take([sent.chunk(start, length) for start, length in receipt.need])
            receipt = _ask(intake, sent)
        return isinstance(receipt, Stored) and receipt.sha == sent.sha256

    def _blobs(self) -> dict[Sha256, bool]:
        """Each blob by the hash in its name, and whether it is what its name says."""
        files = (self.path / BLOBS / "sha256").rglob("*.askf")
        return {Sha256(file.stem): digest(file.read_bytes()) == file.stem for file in files}

    def _unfinished(self) -> Iterator[Path]:
        """What the daily sweep leaves of files that were being written."""
        Blobs(self.path / BLOBS).sweep(time.time() + 1)
        return (self.path / BLOBS / "arriving").iterdir()


def _ask(intake: Intake, sent: Sent) -> Receipt:
    """Ask what is here of a frame."""
    (receipt,) = intake.take([sent.question()])[sent.device]
    return receipt
