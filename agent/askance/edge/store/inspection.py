"""Whether a file is still what was captured; each is looked at once in a run."""

from collections.abc import Iterable

from askance.edge.store.deletions import DAMAGED, LOST
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.index import Entry
from askance.wire.codec import digest
from askance.wire.identity import FrameId


class Inspection:
    """What is known of the files in ``envelopes``."""

    def __init__(self, envelopes: Envelopes) -> None:
        self._envelopes = envelopes
        self._sound: set[FrameId] = set()

    def trouble(self, entry: Entry) -> str | None:
        """Why the file cannot be sent; None where its hash is right.

        Raises:
            OSError: whatever the disk says.
        """
        if entry.frame_id in self._sound:
            return None
        envelope = self._envelopes.load(entry.frame_id)
        if envelope is None:
            return LOST
        if digest(envelope) != entry.sha256:
            return DAMAGED
        self._sound.add(entry.frame_id)
        return None

    def forget(self, frame_ids: Iterable[FrameId]) -> None:
        """Let go of frames that are not sent any more."""
        self._sound.difference_update(frame_ids)
