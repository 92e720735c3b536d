"""What the courier needs of the store."""

from collections.abc import Collection, Sequence
from typing import Protocol

from askance.wire.identity import FrameId, Sha256


class Held(Protocol):
    """A frame in the store that waits for the centre's receipt."""

    @property
    def frame_id(self) -> FrameId:
        """Which."""
        ...

    @property
    def sha256(self) -> Sha256:
        """Of its envelope."""
        ...

    @property
    def size(self) -> int:
        """Of its envelope, bytes."""
        ...


class Shelf(Protocol):
    """What the courier needs of the store."""

    def due(self, limit: int, *, exclude: Collection[FrameId]) -> Sequence[Held]:
        """Return the most urgent undelivered frames."""
        ...

    def read(self, frame_id: FrameId, offset: int, *, length: int) -> bytes | None:
        """Return bytes of an envelope; None when the frame is gone."""
        ...

    def deliver(self, frame_id: FrameId, sha256: Sha256) -> bool:
        """Let go of a frame that the centre holds; False when id and hash do not match a row."""
        ...

    def quarantine(self, frame_id: FrameId, reason: str) -> bool:
        """Set a frame aside that cannot be delivered."""
        ...

    def set_chunk_ceiling(self, broker: str, ceiling: int) -> None:
        """Remember the longest message that this broker bears."""
        ...


def due_in_turn(shelf: Shelf, limit: int, *, exclude: Collection[FrameId], last: Collection[FrameId]) -> list[Held]:
    """Return the most urgent undelivered frames, those in ``last`` behind all others."""
    first = shelf.due(limit, exclude={*exclude, *last})
    if not last or len(first) == limit:
        return [*first]
    return [*first, *shelf.due(limit - len(first), exclude={*exclude, *(held.frame_id for held in first)})]
