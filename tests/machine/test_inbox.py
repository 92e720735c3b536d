"""Frames cross an unreliable broker into a centre that dies between any two steps: each arrives exactly once.

The device keeps no chunk state: it asks, sends what is missing, and lets go of a frame only on a receipt whose id and
hash are right. Messages are lost, repeated and reordered; the receiver dies before any one of its statements (between
chunk and frame, between envelope and rows, before the commit), between commit and receipts, and, as if chunks were
committed one by one, before it looks. Two mutants of the receiver show that the walk would find what it looks for.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pydantic import ValidationError

from askance.central import staging
from askance.central.batch import Batch, Letter
from askance.central.intake import Intake
from askance.central.parcel import Parcel
from askance.database import transaction
from askance.wire.codec import Chunk, digest, pack_chunk, unpack_chunk
from askance.wire.identity import DeviceId, FrameId
from askance.wire.receipts import Missing, Receipt, Stored
from askance.wire.topics import Up
from support_central import DEVICE, frame_id, make_chunks, make_envelope, make_query, open_intake, topic
from support_life import Died, Disk, Life

FRAMES = {frame_id(n): make_envelope(n, noise=False) for n in range(3)}
CHUNK = 700
ROUNDS = 10
STEPS = 60  # of a batch of four messages that completes frames
PICK = st.integers(0, 10**6)


class Crossing(RuleBasedStateMachine):
    """One device, one catalog, receivers that come and go."""

    frames: ClassVar = FRAMES
    chunk: ClassVar = CHUNK

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.pending = dict(self.frames)
        self.wire: list[Letter] = []
        self.back: list[Receipt] = []
        self.intake = self.begin()

    def begin(self) -> Intake:
        """A receiver that has just started; each statement is a step of its life."""
        Disk.life = Life()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Disk))
            return open_intake(self.folder)

    @rule(pick=PICK, part=st.integers(0, 3))
    def device_sends_a_chunk(self, pick: int, part: int) -> None:
        number = pick % len(self.frames)
        chunks = make_chunks(self.frames[frame_id(number)], number, size=self.chunk)
        self.wire.append(Letter(topic(Up.CHUNK), chunks[part % len(chunks)]))

    @precondition(lambda self: self.pending)
    @rule()
    def device_asks(self) -> None:
        self.wire.append(Letter(topic(Up.QUERY), make_query(*self.pending.items())))

    @precondition(lambda self: self.wire)
    @rule(pick=PICK, count=st.integers(1, 4))
    def receiver_takes_messages(self, pick: int, count: int) -> None:
        self.back += self.take(self.drawn(pick, count))

    @precondition(lambda self: self.wire)
    @rule(pick=PICK, count=st.integers(1, 4))
    def receiver_dies_after_its_commit(self, pick: int, count: int) -> None:
        self.take(self.drawn(pick, count))
        self.restart()

    @precondition(lambda self: self.wire)
    @rule(pick=PICK, count=st.integers(1, 4), at=st.just("COMMIT") | st.integers(0, STEPS))
    def receiver_dies_within_its_work(self, pick: int, count: int, at: int | str) -> None:
        Disk.life.choose(dies_at=at)
        with suppress(Died):
            self.back += self.take(self.drawn(pick, count))
        self.restart()

    @precondition(lambda self: self.wire)
    @rule(pick=PICK)
    def receiver_dies_before_it_looks(self, pick: int) -> None:
        letter = self.drawn(pick, 1)[0]
        if letter.topic == topic(Up.CHUNK):
            chunk = unpack_chunk(letter.payload)
            staging.keep(self.intake._connection, DEVICE, chunk=chunk, at=0.0)
        self.restart()

    @precondition(lambda self: self.back)
    @rule(pick=PICK, again=st.booleans())
    def receipt_arrives(self, pick: int, again: bool) -> None:  # noqa: FBT001 (hypothesis passes it by name)
        receipt = self.back[pick % len(self.back)]
        if not again:
            self.back.remove(receipt)
        self.hear(receipt)

    @invariant()
    def what_the_device_let_go_of_is_here_once(self) -> None:
        rows = self.intake._connection.execute("SELECT frame_id, sha256 FROM captures").fetchall()
        here = [row["frame_id"] for row in rows]
        assert len(here) == len(set(here))
        assert set(self.frames) - set(self.pending) <= set(here)
        for row in rows:
            assert self.frames[FrameId(row["frame_id"])] == self.intake._blobs.envelope(row["sha256"])

    def teardown(self) -> None:
        """Without further faults every frame arrives, and leaves no chunk behind."""
        try:
            for _ in range(ROUNDS):
                self.settle()
            assert {} == self.pending
            connection = self.intake._connection
            assert len(self.frames) == connection.execute("SELECT count(*) FROM captures").fetchone()[0]
            assert len(self.frames) == connection.execute("SELECT count(DISTINCT capture) FROM tasks").fetchone()[0]
        finally:
            self.intake._connection.close()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """One round: the device asks, and sends what is missing."""
        if self.pending:
            self.wire.append(Letter(topic(Up.QUERY), make_query(*self.pending.items())))
        letters, self.wire = self.wire, []
        for receipt in self.back + self.take(letters):
            self.hear(receipt)
        self.back = []

    def hear(self, receipt: Receipt) -> None:
        """What the device does with a receipt."""
        envelope = self.pending.get(receipt.id)
        if envelope is None or receipt.sha != digest(envelope):
            return
        if isinstance(receipt, Stored):
            del self.pending[receipt.id]
        elif isinstance(receipt, Missing):
            for start, length in receipt.need:
                for at in range(start, start + length, self.chunk):
                    data = envelope[at : min(at + self.chunk, start + length)]
                    chunk = Chunk(receipt.id, digest(envelope), len(envelope), at, data)
                    self.wire.append(Letter(topic(Up.CHUNK), pack_chunk(chunk)))

    def take(self, letters: Sequence[Letter]) -> list[Receipt]:
        return self.intake.take(letters).get(DEVICE, [])

    def drawn(self, pick: int, count: int) -> list[Letter]:
        """Some messages off the wire, from any place."""
        return [self.wire.pop(pick % len(self.wire)) for _ in range(min(count, len(self.wire)))]

    def restart(self) -> None:
        self.intake._connection.close()
        self.intake = self.begin()


class Rough(Crossing):
    """The same over a broker with faults of its own, by a device that sends whole frames too."""

    @rule(pick=PICK)
    def device_sends_a_whole_frame(self, pick: int) -> None:
        self.wire.append(Letter(topic(Up.FRAME), self.frames[frame_id(pick % len(self.frames))]))

    @precondition(lambda self: self.wire)
    @rule(pick=PICK)
    def broker_loses_a_message(self, pick: int) -> None:
        self.wire.pop(pick % len(self.wire))

    @precondition(lambda self: self.wire)
    @rule(pick=PICK)
    def broker_repeats_a_message(self, pick: int) -> None:
        self.wire.append(self.wire[pick % len(self.wire)])

    @precondition(lambda self: self.back)
    @rule(pick=PICK)
    def receipt_is_lost(self, pick: int) -> None:
        self.back.pop(pick % len(self.back))


class AckBeforeCommit(Intake):
    """A mutant: its receipts are under way before the commit."""

    def take(self, batch: Sequence[Letter]) -> dict[DeviceId, list[Receipt]]:
        answers: dict[DeviceId, list[Receipt]] = {}
        try:
            with transaction(self._connection) as connection:
                work = Batch(connection, self._blobs, bounds=self._bounds, most_letters=10, at=0.0)
                answers = work.take(batch)
        except Died:
            pass
        return answers


TestCrossing = Rough.TestCase
TestCrossing.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
_HUNT = settings(
    max_examples=200, stateful_step_count=25, deadline=None, derandomize=True, phases=[Phase.generate], database=None
)


class Small(Crossing):
    """One frame in one chunk: the shortest walks to the two mutants."""

    frames: ClassVar = {frame_id(0): FRAMES[frame_id(0)]}
    chunk: ClassVar = len(FRAMES[frame_id(0)])


def test_the_walk_finds_receipts_that_precede_their_commit() -> None:
    class Mutant(Small):
        def begin(self) -> Intake:
            good = super().begin()
            return AckBeforeCommit(
                good._connection, good._blobs, storage=good._storage, bounds=good._bounds, clock=good._clock
            )

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Mutant, settings=_HUNT)


def test_the_walk_finds_queries_that_do_not_put_frames_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assemble = Batch._assemble

    def only_for_chunks(self: Batch, parcel: Parcel, letter: Letter) -> None:
        if parcel in self._parcels:
            assemble(self, parcel, letter)

    monkeypatch.setattr(Batch, "_assemble", only_for_chunks)
    with pytest.raises(ValidationError, match="need"):
        run_state_machine_as_test(Small, settings=_HUNT)


def test_the_walk_finds_nothing_in_the_small_world_without_a_mutant() -> None:
    run_state_machine_as_test(Small, settings=settings(_HUNT, max_examples=50))
