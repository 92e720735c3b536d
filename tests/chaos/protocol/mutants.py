"""Protocols that are wrong in one place each; the model has to notice every one of them."""

import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pytest

from askance.central import batch, catalog, staging
from askance.central.batch import Batch, Letter
from askance.central.inbox import Incoming, read
from askance.central.intake import Intake
from askance.central.parcel import Parcel
from askance.central.receiver import Receiver
from askance.database import transaction
from askance.wire.codec import Chunk
from askance.wire.identity import DeviceId, Sha256
from askance.wire.receipts import Receipt
from chaos.protocol.catalog import Shelf
from chaos.protocol.passage import Kinds
from support_mutants import Eager, Gullible, Patient, admit_any_hash


@dataclass(frozen=True, slots=True)
class Mutant:
    """A protocol that is wrong, or only built in another way.

    Attributes:
        sign: the part of an ``Outcome`` that gives it away; none of a sound one.
        kinds: what device and receivers are made of.
        unique: whether the catalog keeps a frame from standing there twice.
        patched: what else is changed while it runs.
    """

    sign: Literal["lost", "duplicated", "stuck", "wrong"] | None = None
    kinds: Kinds = field(default_factory=Kinds)
    unique: bool = True
    patched: Callable[[], AbstractContextManager[Any]] = nullcontext


class Uncommitted(Intake):
    """Leaves the commit to its caller."""

    def take(self, batch: Sequence[Letter]) -> dict[DeviceId, list[Receipt]]:
        """Do the work, and no more."""
        work = Batch(self._connection, self._blobs, bounds=self._bounds, most_letters=10, at=self._clock())
        return work.take(batch)

    def probe(self) -> None:
        """Write nothing: the caller's transaction is open."""


class CommitsLast(Receiver):
    """Acknowledges, sends receipts, and only then commits."""

    def _take(self) -> None:
        with transaction(self._intake._connection):
            super()._take()
            self._release()


class StagesFirst(Intake):
    """Commits chunks as they come, and looks at what is complete in a second transaction: sound, if slower."""

    def take(self, batch: Sequence[Letter]) -> dict[DeviceId, list[Receipt]]:
        """Stage, then do everything."""
        with transaction(self._connection) as connection:
            for letter in batch:
                self._stage(connection, letter)
        return super().take(batch)

    def _stage(self, connection: sqlite3.Connection, letter: Letter) -> None:
        incoming = read(letter.topic, letter.payload, bounds=self._bounds)
        if isinstance(incoming, Incoming) and isinstance(incoming.body, Chunk):
            chunk = incoming.body
            if catalog.held(connection, incoming.device, frame_id=chunk.frame_id) is None:
                staging.keep(connection, incoming.device, chunk=chunk, at=self._clock())


class RowsFirst(Intake):
    """Keeps envelopes after the rows that point at them."""

    def take(self, batch: Sequence[Letter]) -> dict[DeviceId, list[Receipt]]:
        """Commit, then put."""
        late, held = self._blobs, Held()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self, "_blobs", held)
            answers = super().take(batch)
        late.put(held.kept)
        return answers


class Held(Shelf):
    """Keeps envelopes nowhere yet."""

    def __init__(self) -> None:
        self.kept: dict[Sha256, bytes] = {}

    def put(self, envelopes: Mapping[Sha256, bytes]) -> None:
        """Remember them."""
        self.kept |= envelopes


@contextmanager
def assembling_for_chunks_alone() -> Generator[None]:
    """Have queries put nothing together."""
    assemble = Batch._assemble

    def only_for_chunks(self: Batch, parcel: Parcel, letter: Letter) -> None:
        if parcel in self._parcels:
            assemble(self, parcel, letter)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Batch, "_assemble", only_for_chunks)
        yield


@contextmanager
def admitting_any_hash() -> Generator[None]:
    """Have chunks that fit together taken for what they say they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batch, "admit", admit_any_hash)
        yield


SOUND: Final = {
    "as it is": Mutant(),
    "chunks committed one by one": Mutant(kinds=Kinds(intake=StagesFirst)),
}
WRONG: Final = {
    "delete on PUBACK": Mutant("lost", Kinds(machine=Eager)),
    "receipt before the commit": Mutant("lost", Kinds(intake=Uncommitted, receiver=CommitsLast)),
    "no unique key": Mutant("duplicated", unique=False),
    "no assembly on a query": Mutant("stuck", Kinds(intake=StagesFirst), patched=assembling_for_chunks_alone),
    "sha not checked": Mutant("wrong", patched=admitting_any_hash),
    "receipts matched by id alone": Mutant("lost", Kinds(machine=Gullible)),
    "never asks again": Mutant("stuck", Kinds(machine=Patient)),
    "row before its envelope": Mutant("lost", Kinds(intake=RowsFirst)),
}
SEARCHED: Final = (
    "delete on PUBACK",
    "receipt before the commit",
    "no assembly on a query",
    "never asks again",
    "row before its envelope",
)
"""Those that one fault, with one frame, can bring to light."""
