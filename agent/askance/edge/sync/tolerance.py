"""How long a message may be for a broker and the way to it, learnt from breaks, and tried again in the long run."""

from dataclasses import dataclass
from typing import Final

from askance.wire.identity import FrameId

FLOOR: Final = 4096
STRIKES: Final = 2
LAST_STRIKES: Final = 10
TRIAL: Final = 128
BACK_OFF: Final = 4


@dataclass(slots=True)
class _Suspect:
    """A frame over which the line broke; ``singled_out``: since then the broker has taken a message of another one."""

    strikes: int = 0
    singled_out: bool = False


class Tolerance:
    """The longest message that passes, as far as is known, and the frames over which the line breaks.

    Two breaks in a row over the same frame, of which nothing was taken in between, halve it: too long for the broker or
    for the line, the remedy is the same. So does a broker that takes a message and never passes it on: with MQTT 3.1.1
    it cannot say that one is too long. But a day of bad network must not shorten messages for ever: when ``TRIAL`` of
    the longest ones have passed, twice the length is tried. If that fails, there is a limit indeed, and the next trial
    comes after ``BACK_OFF`` times as many.

    Where nothing shorter is left to try, ``LAST_STRIKES`` breaks have a frame held back: it goes last, and alone. If it
    breaks the line then, too, it is set aside, but only if the broker has taken a message of another frame since its
    first break: one that hangs up on every frame is in trouble itself, and then all other suspects go before it again.

    Attributes:
        ceiling: bytes; None while nothing was learnt.

    Args:
        most: longest message that anybody wants, bytes.
        ceiling: as learnt earlier.
    """

    def __init__(self, most: int, *, ceiling: int | None) -> None:
        self.ceiling = ceiling
        self._most = most
        self._suspects: dict[FrameId, _Suspect] = {}
        self._passed = 0
        self._wanted = TRIAL
        self._on_trial = False

    @property
    def held_back(self) -> frozenset[FrameId]:
        """The frames that go last, and alone."""
        return frozenset(frame_id for frame_id, one in self._suspects.items() if one.strikes >= LAST_STRIKES)

    @property
    def in_vain(self) -> bool:
        """Whether the broker has hung up again and again, and taken no message of any other frame in between."""
        return any(one.strikes >= LAST_STRIKES and not one.singled_out for one in self._suspects.values())

    def passed(self, frame_id: FrameId, length: int) -> None:
        """Note that the broker took a message."""
        self._suspects.pop(frame_id, None)
        for suspect in self._suspects.values():
            suspect.singled_out = True
        if self.ceiling is None or not self.ceiling <= length < self._most:
            return
        self._passed += 1
        if self._passed >= self._wanted:
            self.ceiling, self._passed, self._on_trial = min(2 * self.ceiling, self._most), 0, True

    def strike(self, frame_id: FrameId, length: int) -> FrameId | None:
        """Note that the line broke over a message; the frame to set aside, once nothing else is left to try."""
        suspect = self._suspects.setdefault(frame_id, _Suspect())
        suspect.strikes += 1
        if length > FLOOR:
            if suspect.strikes >= STRIKES:
                del self._suspects[frame_id]
                self.shorten(length)
            return None
        if suspect.strikes <= LAST_STRIKES:
            return None
        if not suspect.singled_out:
            self._suspects = {frame_id: suspect}
            return None
        del self._suspects[frame_id]
        return frame_id

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
