"""How much room the frames take, and who gives way to a newcomer; see ``eviction``."""

import sqlite3
from collections.abc import Collection, Iterable
from functools import partial
from shutil import disk_usage
from typing import Final

from askance.edge.config import StoreSection
from askance.edge.store import candidates
from askance.edge.store.ballast import Ballast
from askance.edge.store.deletions import finish_deletions, give_up
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.eviction import Newcomer
from askance.edge.store.faults import translated
from askance.edge.store.index import Entry, Index
from askance.edge.store.inspection import Inspection
from askance.edge.store.lifecycle import Event
from askance.errors import StoreFullError
from askance.wire.identity import FrameId

QUOTA: Final = "quota"
DISK: Final = "disk"
MOST_STUCK: Final = 64
"""Frames that could not be unlinked when their turn came; more are not given up to the same end."""


class Room:
    """The bytes of the frames in a store; whoever shares the connection holds a lock.

    Args:
        section: its quota, and what of the disk stays free.
        connection: the index.
        envelopes: the files.
        inspection: told of those that go.
        ballast: makes room for the rows of what goes.

    Raises:
        StoreFullError: from every method but ``give_up``, when the disk is full, read-only or fails.
        StoreError: from every method but ``give_up``, when the disk or SQLite says anything else.
    """

    def __init__(
        self,
        section: StoreSection,
        *,
        connection: sqlite3.Connection,
        envelopes: Envelopes,
        inspection: Inspection,
        ballast: Ballast,
    ) -> None:
        self._section = section
        self._connection = connection
        self._index = Index(connection)
        self._envelopes = envelopes
        self._inspection = inspection
        self._ballast = ballast
        self._taken: int | None = None

    @property
    def taken(self) -> int:
        """Bytes of all files, those included that are to go; counted anew after a failure."""
        if self._taken is None:
            with translated("measure the store"):
                self._taken = self._index.usage().bytes
        return self._taken

    def fill(self, size: int) -> None:
        """Count a frame of ``size`` bytes in."""
        if self._taken is not None:
            self._taken += size

    def make(self, newcomer: Newcomer) -> bool:
        """Evict what has to go for a newcomer; False when the quota holds nothing that is worth less.

        Raises:
            StoreFullError: other files fill the disk, and eviction cannot make up for it, or it does not let go.
        """
        need, reason = self._need(newcomer)
        if need <= 0:
            self._ballast.make()
            return True
        if newcomer.size > self._section.quota:
            return False
        with translated("look for frames to evict"):
            stuck = len(self._index.condemned())
            plan = candidates.choose(self._connection, newcomer, need=need, section=self._section)
        # no more are given up for nothing, where many could not be unlinked
        victims = plan.victims if stuck <= MOST_STUCK else ()
        try:
            self._ballast.spend_on("evict frames", partial(self._evict, victims, reason))
        except StoreFullError:
            if self._need(newcomer)[0] > 0:
                raise
        if not plan.fits and reason == DISK:
            raise StoreFullError("the disk has too few free bytes", hint="free space, or lower store.min_free; see df")
        return plan.fits

    def give_up(self, frame_id: FrameId, reason: str) -> bool:
        """Count out a frame whose file is gone or damaged, for a ``reason``; False when it is not held.

        Raises:
            OSError: the disk fails.
            sqlite3.Error: the same, seen by SQLite.
        """
        self._inspection.forget([frame_id])
        held = self._index.find(frame_id) is not None
        taken, self._taken = self.taken, None
        gone, _ = give_up(self._index, self._envelopes, frame_id=frame_id, reason=reason)
        self._taken = taken - _size(gone)
        return held

    def _need(self, newcomer: Newcomer) -> tuple[int, str]:
        """Bytes that are lacking, and of what."""
        section = self._section
        with translated("measure the disk"):
            free = disk_usage(section.path).free
        above_quota = self.taken + newcomer.size - section.quota
        below_free = newcomer.size + section.min_free + self._ballast.missing_bytes - free
        return max(above_quota, below_free), QUOTA if above_quota > 0 else DISK

    def _evict(self, victims: Collection[FrameId], reason: str) -> None:
        self._inspection.forget(victims)
        taken, self._taken = self.taken, None
        self._index.condemn(victims, Event.EVICT, reason=reason)
        gone, failure = finish_deletions(self._index, self._envelopes)
        self._taken = taken - _size(gone)
        if failure is not None:
            raise failure


def _size(entries: Iterable[Entry]) -> int:
    return sum(entry.size for entry in entries)
