"""Frames on their way from the decoding child to its parent: a ring of slots in memory that both have mapped.

The memory is a file without a name (memfd): nothing is left behind when either side is killed. Each slot carries the
number of its frame twice over, as in a sequence lock: odd while it is written, even when it is whole, so that a reader
who was overtaken notices. What is read is lent, not copied: a slot stays the reader's until the last reference to its
image is gone. A frame larger than its slot moves the slot to the end of the file, at a capacity of the next power of
two; untouched pages cost nothing, and all that was left behind is smaller than the last move.
"""

import mmap
import os
import weakref
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

AHEAD: Final = 2
"""How many frames that were not read yet are safe: the one that is written, and the last that was."""

LENT: Final = 6
"""How many images are lent at once: three that are or will be decided on, one in the models, two on their way.

Whoever keeps more of them gets copies.
"""

SLOTS: Final = AHEAD + LENT
HEAD_BYTES: Final = mmap.ALLOCATIONGRANULARITY  # a mapping may begin after it

_Word = NDArray[np.int64]


class _Ring(IntEnum):
    """Words of the ring's own row."""

    BEAT_NS = 0
    PUBLISHED = 1
    WANTED = 2


class _Slot(IntEnum):
    """Words of a slot's row."""

    SEQUENCE = 0
    POSITION = 1
    MONOTONIC_NS = 2
    WALL_NS = 3
    MEDIA_NS = 4
    WIDTH = 5
    HEIGHT = 6
    OFFSET = 7
    CAPACITY = 8
    LENT = 9


_WORDS: Final = 16


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame as it lies in the ring.

    Attributes:
        image: (height, width, 3), uint8, BGR, not to be written to.
        position: the frame's number in its source, skipped ones counted.
        monotonic_ns: the monotonic clock when it was grabbed, nanoseconds.
        wall_ns: the wall clock then, nanoseconds since 1970.
        media_ns: nanoseconds from the recording's first frame; 0 for live sources.
    """

    image: NDArray[np.uint8]
    position: int
    monotonic_ns: int
    wall_ns: int
    media_ns: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is known of a frame beside its pixels, see ``Shot``."""

    position: int
    monotonic_ns: int
    wall_ns: int
    media_ns: int


def create() -> int:
    """Return the descriptor of an empty ring's memory."""
    descriptor = os.memfd_create("askance-ring")
    os.ftruncate(descriptor, HEAD_BYTES)
    return descriptor


def _rows(descriptor: int) -> _Word:
    """Map the head: row 0 is the ring's, the others the slots'."""
    head = mmap.mmap(descriptor, HEAD_BYTES)
    return np.frombuffer(head, np.int64, (1 + SLOTS) * _WORDS).reshape(1 + SLOTS, _WORDS)


def _body(descriptor: int) -> mmap.mmap | None:
    """Map all slots; None while there is none."""
    size = os.fstat(descriptor).st_size - HEAD_BYTES
    return mmap.mmap(descriptor, size, offset=HEAD_BYTES) if size else None


class RingWriter:
    """The child's side."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rows = _rows(descriptor)
        self._body = _body(descriptor)
        self._slot: _Word | None = None

    def beat(self, monotonic_ns: int) -> None:
        """Give a sign of life."""
        self._rows[0, _Ring.BEAT_NS] = monotonic_ns

    @property
    def wanted(self) -> int:
        """How often the reader has wanted a frame so far."""
        return int(self._rows[0, _Ring.WANTED])

    def begin(self, height: int, width: int) -> NDArray[np.uint8]:
        """Return a slot to write pixels into: (height, width, 3), uint8; its last frame is gone.

        Again before ``publish`` it is the same slot, with another size.
        """
        if self._slot is None:
            self._slot = self._claim()
        row = self._slot
        size = height * width * 3
        if row[_Slot.CAPACITY] < size:
            self._move(row, 1 << (size - 1).bit_length())
        row[_Slot.HEIGHT], row[_Slot.WIDTH] = height, width
        assert self._body is not None  # noqa: S101 (a slot with a capacity lies in it)
        return np.frombuffer(self._body, np.uint8, size, offset=int(row[_Slot.OFFSET])).reshape(height, width, 3)

    def publish(self, stamp: Stamp) -> None:
        """Let the reader have what was written since ``begin``."""
        assert self._slot is not None  # noqa: S101 (as the docstring says)
        row, self._slot = self._slot, None
        number = int(self._rows[0, _Ring.PUBLISHED])
        row[_Slot.POSITION] = stamp.position
        row[_Slot.MONOTONIC_NS] = stamp.monotonic_ns
        row[_Slot.WALL_NS] = stamp.wall_ns
        row[_Slot.MEDIA_NS] = stamp.media_ns
        row[_Slot.SEQUENCE] = 2 * number + 2
        self._rows[0, _Ring.PUBLISHED] = number + 1

    def _claim(self) -> _Word:
        """Take the first slot that is neither lent nor holds the newest frame: few slots stay in the caches.

        Writer and reader each say what they do before they look what the other does, so that one of them gives way.
        """
        number = int(self._rows[0, _Ring.PUBLISHED])
        row: _Word
        for row in self._rows[1:]:
            before = int(row[_Slot.SEQUENCE])
            if number and before == 2 * number:
                continue
            row[_Slot.SEQUENCE] = 2 * number + 1
            if not row[_Slot.LENT]:
                return row
            row[_Slot.SEQUENCE] = before
        raise AssertionError(f"more than {LENT} of {SLOTS} slots are lent")

    def _move(self, row: _Word, capacity: int) -> None:
        end = os.fstat(self._descriptor).st_size
        whole_pages = -(-capacity // HEAD_BYTES) * HEAD_BYTES
        os.ftruncate(self._descriptor, end + whole_pages)
        row[_Slot.OFFSET], row[_Slot.CAPACITY] = end - HEAD_BYTES, whole_pages
        self._body = _body(self._descriptor)


class RingReader:
    """The parent's side."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rows = _rows(descriptor)
        self._body = _body(descriptor)

    @property
    def beat_ns(self) -> int:
        """The child's last sign of life, nanoseconds of the monotonic clock; 0 before the first."""
        return int(self._rows[0, _Ring.BEAT_NS])

    @property
    def published(self) -> int:
        """How many frames were written so far."""
        return int(self._rows[0, _Ring.PUBLISHED])

    def want(self) -> None:
        """Ask a writer that only writes on request for one more frame; harmless after its death."""
        self._rows[0, _Ring.WANTED] += 1

    def read(self, number: int) -> Shot | None:
        """Return the frame published as ``number`` (from 0); None when it is not there or was overwritten."""
        whole = 2 * number + 2
        for row in self._rows[1:]:
            if row[_Slot.SEQUENCE] == whole:
                return self._take(row, whole)
        return None

    def _take(self, row: _Word, whole: int) -> Shot | None:
        lend = not row[_Slot.LENT] and np.count_nonzero(self._rows[1:, _Slot.LENT]) < LENT
        if lend:
            row[_Slot.LENT] = 1
        pixels = self._pixels(row)
        if lend:
            weakref.finalize(pixels, row.__setitem__, _Slot.LENT, 0).atexit = False
        image = (pixels if lend else pixels.copy()).reshape(int(row[_Slot.HEIGHT]), int(row[_Slot.WIDTH]), 3)
        image.flags.writeable = False
        shot = Shot(
            image,
            position=int(row[_Slot.POSITION]),
            monotonic_ns=int(row[_Slot.MONOTONIC_NS]),
            wall_ns=int(row[_Slot.WALL_NS]),
            media_ns=int(row[_Slot.MEDIA_NS]),
        )
        return shot if row[_Slot.SEQUENCE] == whole else None

    def _pixels(self, row: _Word) -> NDArray[np.uint8]:
        """Return the slot's pixels where they lie, as an array that all views of it keep alive.

        It is made of a piece of memory: views of a piece of another array keep only the whole of that one alive.
        """
        start = int(row[_Slot.OFFSET])
        stop = start + int(row[_Slot.HEIGHT]) * int(row[_Slot.WIDTH]) * 3
        if self._body is None or stop > len(self._body):
            self._body = _body(self._descriptor)
        assert self._body is not None  # noqa: S101 (a slot that was written lies in it)
        return np.frombuffer(memoryview(self._body)[start:stop], np.uint8)
