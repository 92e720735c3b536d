"""What the broker has taken and the centre not yet: how much of it there may be."""

from collections import Counter
from typing import Final

from askance.wire.identity import FrameId

MOST: Final = 64
LEAST: Final = 4


class Backlog:
    """The messages of each frame that wait for the centre's word.

    A centre that stands still leaves them all in the broker's queue, which drops what is too much. So no frame is begun
    while ``MOST`` messages of others wait; half as many each time that the centre lacks what the broker took, more
    again with all that arrives.
    """

    def __init__(self) -> None:
        self._sent: Counter[FrameId] = Counter()
        self._most = MOST

    def admits(self, frame_id: FrameId) -> bool:
        """Whether a frame may be sent: one that was begun always, another unless the centre is behind."""
        return frame_id in self._sent or self._sent.total() < self._most

    def add(self, frame_id: FrameId) -> None:
        """Note that a message of a frame was sent."""
        self._sent[frame_id] += 1

    def confirm(self, frame_id: FrameId, *, lost: bool) -> None:
        """Note that the centre has spoken of a frame; ``lost``: some of what was sent has not come there."""
        arrived = self._sent.pop(frame_id, 0)
        self._most = max(LEAST, self._most // 2) if lost else min(MOST, self._most + arrived)

    def forget(self, frame_id: FrameId) -> None:
        """Wait no longer for a frame."""
        self._sent.pop(frame_id, None)

    def clear(self) -> None:
        """Wait for nothing: the line is another."""
        self._sent.clear()
