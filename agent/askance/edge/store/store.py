"""The durable capture store: what it has kept survives any crash until central has it."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Final, Self

from askance.database import transaction
from askance.edge.config import StoreSection
from askance.edge.store import spendings
from askance.edge.store.ballast import Ballast
from askance.edge.store.clock import BudgetClock
from askance.edge.store.deletions import LOST
from askance.edge.store.draft import Draft
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.eviction import Newcomer
from askance.edge.store.faults import UNREADABLE_ERRNOS, translated
from askance.edge.store.habits import HabitBook
from askance.edge.store.index import Due, Index, Record, Usage
from askance.edge.store.inspection import Inspection
from askance.edge.store.ledger import begin_boot, read_ledgers
from askance.edge.store.lock import StoreLock
from askance.edge.store.owed import Change, Owed
from askance.edge.store.recovery import recover
from askance.edge.store.room import Room
from askance.edge.store.snapshot import peek
from askance.edge.values import Drop, Spending
from askance.errors import StoreFullError
from askance.wire.codec import digest, pack
from askance.wire.identity import DeviceId, FrameId, Sha256, new_frame_id
from askance.wire.receipts import Ledger

REFUSED: Final = Drop("store.quota")
_RANDOM_BYTES: Final = 10


class Store:
    """One folder of captured frames, held by one process; any thread may call any method.

    Raises:
        StoreFullError: from every method, when the disk is full, read-only or fails; the same call may succeed later.
        StoreError: from every method, when the disk or SQLite says anything else.
    """

    peek = staticmethod(peek)

    def __init__(
        self,
        section: StoreSection,
        *,
        device: DeviceId,
        boot_id: str,
        randomness: Callable[[int], bytes],
        resources: ExitStack,
    ) -> None:
        path = section.path
        self._section, self._device, self._boot_id, self._randomness = section, device, boot_id, randomness
        self._lock = threading.Lock()
        self._ballast = Ballast(path / "ballast")
        self._envelopes = Envelopes(path)
        self._inspection = Inspection(self._envelopes)
        self._connection, self.recovery = recover(path, self._envelopes, ballast=self._ballast)
        resources.callback(self._connection.close)
        self._index = Index(self._connection).of(device)
        boot = self._ballast.spend_on("note the boot", lambda: begin_boot(self._connection, boot_id))
        self._next_seq, self._clock = boot.next_seq, BudgetClock(self._connection, boot.number)
        self.habits: Final = HabitBook(self._connection, self._lock)
        self._room = Room(
            section,
            connection=self._connection,
            envelopes=self._envelopes,
            inspection=self._inspection,
            ballast=self._ballast,
        )
        self._owed = Owed(self._ballast)
        resources.callback(self._note_time)
        self._ballast.make()
        self._resources = resources.pop_all()

    @classmethod
    def open(cls, section: StoreSection, *, device: DeviceId, boot_id: str, randomness: Callable[[int], bytes]) -> Self:
        """Lock the folder, check and repair what is in it, and go on in the boot that ``boot_id`` names.

        ``randomness`` is as ``os.urandom``; a store with frames of another device is refused.

        Raises:
            StoreLockedError: another agent holds the folder.
        """
        with ExitStack() as resources, translated(f"open the store {section.path}"):
            section.path.mkdir(mode=0o750, parents=True, exist_ok=True)
            resources.callback(StoreLock(section.path / "lock").release)
            return cls(section, device=device, boot_id=boot_id, randomness=randomness, resources=resources)

    def close(self) -> None:
        """Write the log back and let another agent in."""
        with self._lock, translated("close the store"):
            self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def keep(self, draft: Draft, jpeg: bytes) -> FrameId | Drop:
        """Capture a frame: once its id is returned, no crash or power cut can take it back.

        A Drop is returned when the quota is full of frames that are worth more.

        Raises:
            WireError: manifest or JPEG are longer than the protocol allows.
            ValueError: the draft breaks the manifest's schema.
        """
        with self._lock:
            randomness = self._randomness(_RANDOM_BYTES)
            frame_id = new_frame_id(wall_ms=draft.taken.wall_ms or 0, randomness=randomness)
            manifest = draft.manifest(frame_id, self._device, boot_id=self._boot_id, seq=self._next_seq)
            envelope = pack(manifest, jpeg)
            self._owed.settle()
            if not self._room.make(Newcomer(draft.arm, draft.priority, draft.value, len(envelope))):
                return REFUSED
            with translated("keep a frame"), ExitStack() as undo:
                undo.callback(self._discard, frame_id)
                self._envelopes.write(frame_id, envelope)
                with transaction(self._connection):
                    self._index.insert([Record(manifest, len(envelope), digest(envelope))])
                    spendings.insert(self._connection, draft.spendings)
                    self._clock.note()
                undo.pop_all()
            self._next_seq += 1
            self._room.fill(len(envelope))
            return frame_id

    def due(self, limit: int, *, exclude: Collection[FrameId]) -> list[Due]:
        """The pending frames to send first: by priority, then value, then age; none of ``exclude``."""
        with self._lock, translated("look for frames to send"):
            self._owed.settle()
            return self._index.due(limit, {*exclude, *self._owed.frames})

    def read(self, frame_id: FrameId, offset: int, *, length: int) -> bytes | None:
        """Return up to ``length`` bytes of the envelope from ``offset`` on; its hash has been checked in this run.

        None where the frame is not held, or no more: one whose file is gone or damaged is counted as evicted. One that
        the disk does not give back is quarantined, so that the others pass; it may be queued again. A disk that takes
        neither keeps no other from being sent, see ``behind``.
        """
        with self._lock, translated(f"read the frame {frame_id}"):
            entry = None if frame_id in self._owed.frames else self._index.find(frame_id)
            if entry is None:
                return None
            try:
                trouble = self._inspection.trouble(entry)
                piece = None if trouble else self._envelopes.read(frame_id, offset, length=length)
            except OSError as error:
                if error.errno not in UNREADABLE_ERRNOS:
                    raise
                self._quarantine(frame_id, f"the disk does not give it back: {error.strerror}")
                return None
            if piece is None:
                given_up = partial(self._room.give_up, frame_id, trouble or LOST)
                self._owed.note(frame_id, Change("give up a frame", given_up))
            return piece

    def deliver(self, frame_id: FrameId, sha256: Sha256) -> bool:
        """Take central's receipt; False when no frame with this id and hash is held.

        A disk that does not take it keeps nothing from being sent: the receipt is remembered, see ``behind``.
        """
        with self._lock:
            self._inspection.forget([frame_id])
            return self._owed.note(frame_id, Change("note a receipt", lambda: self._index.deliver(frame_id, sha256)))

    def quarantine(self, frame_id: FrameId, reason: str) -> bool:
        """Send the frame no more, for a ``reason`` that people read; False when it is not held; see ``behind``."""
        with self._lock:
            return self._quarantine(frame_id, reason)

    @property
    def behind(self) -> str | None:
        """Why the disk has not taken all that is known of frames; None where it has."""
        return self._owed.trouble

    def requeue(self, frame_id: FrameId | None = None) -> int:
        """Send a quarantined frame again, or with None all of them; returns how many.

        Raises:
            StoreError: the frame is not quarantined.
        """
        with self._lock:
            self._owed.settle()
            return self._ballast.spend_on("queue frames again", lambda: self._index.requeue(frame_id))

    def ledgers(self) -> tuple[Ledger, ...]:
        """The count of frames of this boot, then of the earlier boots whose count changed last; see ``ledger``."""
        with self._lock, translated("read the ledger"):
            self._owed.settle()
            return read_ledgers(self._connection, self._boot_id)

    def budget_now(self, monotonic_ns: int) -> int:
        """Read the budget clock at a moment of this boot, in nanoseconds; see ``clock``."""
        now_ns = self._clock.read(monotonic_ns)
        if self._clock.overdue:
            with self._lock:
                self._note_time()
        return now_ns

    def spent(self) -> Mapping[str, tuple[Spending, ...]]:
        """What each rule has spent, oldest first, for at least 31 days; ``at_ns`` is on the budget clock."""
        with self._lock, translated("read the spendings"):
            return spendings.history(self._connection)

    def spend(self, spent: Sequence[Spending]) -> None:
        """Note what rules that only count would have spent; the ballast is for frames alone."""
        with self._lock, translated("note what a rule would spend"), transaction(self._connection):
            spendings.insert(self._connection, spent)

    def chunk_ceiling(self, broker: str) -> int | None:
        """The greatest chunk this broker is known to take, in bytes; None while nothing was learnt."""
        with self._lock, translated("read a broker's ceiling"):
            return self._index.chunk_ceiling(broker)

    def set_chunk_ceiling(self, broker: str, ceiling: int) -> None:
        """Remember the greatest chunk this broker takes, in bytes."""
        with self._lock:
            self._ballast.spend_on("note a broker's ceiling", lambda: self._index.set_chunk_ceiling(broker, ceiling))

    def usage(self) -> Usage:
        """How full the store is."""
        with self._lock, translated("measure the store"):
            self._owed.settle()
            return self._index.usage()

    def _quarantine(self, frame_id: FrameId, reason: str) -> bool:
        quarantined = partial(self._index.quarantine, frame_id, reason)
        return self._owed.note(frame_id, Change("quarantine a frame", quarantined))

    def _note_time(self) -> None:
        """Note the budget clock; a disk that has no room for it costs time that was seen, and nothing else."""
        with suppress(StoreFullError), translated("note the budget clock"):
            self._clock.note()

    def _discard(self, frame_id: FrameId) -> None:
        """Take back a file that did not become a capture."""
        try:
            self._envelopes.remove(frame_id)
            self._envelopes.sync([frame_id])
        except OSError:
            # the next start may adopt it: its sequence number is spent
            self._next_seq += 1
