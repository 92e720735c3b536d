"""How long a message may be for a broker and the way to it, learnt from breaks, and tried again in the long run."""

from typing import Final

from askance.wire.identity import FrameId

FLOOR: Final = 4096
STRIKES: Final = 2
LAST_STRIKES: Final = 10
TRIAL: Final = 128
BACK_OFF: Final = 4


class Tolerance:
    """The longest message that passes, as far as is known.

    Two breaks in a row over the same frame, nothing of which was acknowledged in between, halve it: too long for the
    broker or for the line, the remedy is the same. So does a broker that takes a message and never passes it on: with
    MQTT 3.1.1 it cannot say that one is too long. But a day of bad network must not shorten messages for ever: when
    ``TRIAL`` of the longest ones have passed, twice the length is tried. If that fails, there is a limit indeed, and
    the next trial comes after ``BACK_OFF`` times as many.

    Attributes:
        ceiling: bytes; None while nothing was learnt.

    Args:
        most: longest message that anybody wants, bytes.
        ceiling: as learnt earlier.
    """

    def __init__(self, most: int, *, ceiling: int | None) -> None:
        self.ceiling = ceiling
        self._most = most
        self._strikes: dict[FrameId, int] = {}
        self._passed = 0
        self._wanted = TRIAL
        self._on_trial = False

    def passed(self, frame_id: FrameId, length: int) -> None:
        """Note that a message was acknowledged."""
        self._strikes.pop(frame_id, None)
        if self.ceiling is None or not self.ceiling <= length < self._most:
            return
        self._passed += 1
        if self._passed >= self._wanted:
            self.ceiling, self._passed, self._on_trial = min(2 * self.ceiling, self._most), 0, True

    def strike(self, frame_id: FrameId, length: int) -> FrameId | None:
        """Note that the line broke over a message; the frame to set aside, once nothing shorter is left to try."""
        self._strikes[frame_id] = self._strikes.get(frame_id, 0) + 1
        if self._strikes[frame_id] < (STRIKES if length > FLOOR else LAST_STRIKES):
            return None
        del self._strikes[frame_id]
        return None if self.shorten(length) else frame_id

    def shorten(self, length: int) -> bool:
        """Send nothing of this length any more; False where nothing shorter is left to try."""
        if length <= FLOOR:
            return False
        if self._on_trial:
            self._wanted *= BACK_OFF
        shorter = max(FLOOR, length // 2)
        self.ceiling = shorter if self.ceiling is None else min(self.ceiling, shorter)
        self._passed, self._on_trial = 0, False
        return True
