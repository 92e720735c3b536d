"""What is known of frames and the disk has not taken: it stays true, so memory keeps it until one does.

The centre has said it, or a file was found to be gone or damaged, or not to be read.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from typing import Final

from askance.edge.store.ballast import Ballast
from askance.errors import StoreFullError
from askance.wire.identity import FrameId

SETTLED_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done in the index, and how that is called; ``make`` returns whether the frame was held."""

    doing: str
    make: Callable[[], bool]


class Owed:
    """The changes that wait for a disk; ``ballast`` makes room for them. Whoever shares it holds a lock.

    Attributes:
        trouble: why some wait; None where none does.
    """

    def __init__(self, ballast: Ballast) -> None:
        self.trouble: str | None = None
        self._ballast = ballast
        self._changes: dict[FrameId, Change] = {}

    @property
    def frames(self) -> Collection[FrameId]:
        """The frames they are about, which are not to be sent."""
        return self._changes.keys()

    def note(self, frame_id: FrameId, change: Change) -> bool:
        """Make a change, or keep it for later where the disk does not take it; False when the frame is not held.

        Raises:
            StoreError: the disk or SQLite said something that does not pass by itself.
        """
        self._changes[frame_id] = change
        try:
            return self._make(frame_id, change)
        except StoreFullError as error:
            self.trouble = str(error)
            return True

    def settle(self) -> None:
        """Make some of the changes that wait, as far as the disk takes them; one that it does not take goes last.

        Raises:
            StoreError: the disk or SQLite said something that does not pass by itself.
        """
        for frame_id, change in list(islice(self._changes.items(), SETTLED_AT_ONCE)):
            try:
                self._make(frame_id, change)
            except StoreFullError as error:
                self.trouble = str(error)
                self._changes[frame_id] = self._changes.pop(frame_id)
                return

    def _make(self, frame_id: FrameId, change: Change) -> bool:
        held = self._ballast.spend_on(change.doing, change.make)
        del self._changes[frame_id]
        if not self._changes:
            self.trouble = None
        return held
