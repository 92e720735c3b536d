"""The last frames of a camera: those that were judged, and those that wait until what comes after them is seen."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from askance.edge.view import Moment, View

T = TypeVar("T")

BEFORE: Final = 8
"""How many frames before the judged one are remembered: at 5 frames/s, one and a half seconds."""

AHEAD: Final = 2
"""How many frames a frame waits for; an object that is back by then was hidden or missed, not gone."""

PATIENCE_NS: Final = 2 * 10**9
"""How long a frame waits for those after it at least; then it is judged with what is there."""

MOST_PATIENCE_NS: Final = 30 * 10**9
"""How long at most, where frames are rare: a power cut takes what waits, and slots end late."""

LEISURE: Final = 2.5
"""A frame waits so many times as long as the one before it is old: two more come, none of them punctual."""


@dataclass(frozen=True)  # no slots: of a generic class typing notes the parameter in the object
class Waiting(Generic[T]):
    """A frame that is not judged yet.

    Attributes:
        moment: what was seen on it.
        size: its width and height, pixels.
        item: whatever has to be known of it when it is judged.
        patience_ns: how long it waits for those after it.
    """

    moment: Moment
    size: tuple[int, int]
    item: T
    patience_ns: int = PATIENCE_NS


@dataclass(frozen=True)  # no slots: of a generic class typing notes the parameter in the object
class Window(Generic[T]):
    """What is remembered of a camera; empty at first.

    Attributes:
        before: the last frames that were judged, oldest first.
        waiting: the frames after them, oldest first.
    """

    before: tuple[Moment, ...] = ()
    waiting: tuple[Waiting[T], ...] = ()


def patience_ns(gap_ns: int) -> int:
    """Return how long a frame waits whose camera was last looked at ``gap_ns`` nanoseconds before."""
    return min(max(PATIENCE_NS, int(LEISURE * gap_ns)), MOST_PATIENCE_NS)


Ripe = tuple[tuple[View, T], ...]


def push(window: Window[T], newest: Waiting[T], *, ahead: int) -> tuple[Window[T], Ripe[T]]:
    """Add a frame, and take out those that can be judged now, oldest first.

    Args:
        window: the camera's.
        newest: the frame.
        ahead: how many frames each one waits for.
    """
    return _ripen(window.before, (*window.waiting, newest), now_ns=newest.moment.at_ns, ahead=ahead)


def wait(window: Window[T], *, now_ns: int) -> tuple[Window[T], Ripe[T]]:
    """Take out the frames that have waited long enough: time passes also while nothing worth a look comes."""
    return _ripen(window.before, window.waiting, now_ns=now_ns, ahead=len(window.waiting))


def flush(window: Window[T]) -> tuple[Window[T], Ripe[T]]:
    """Take out all frames: nothing comes after them any more."""
    return _ripen(window.before, window.waiting, now_ns=0, ahead=0, last=True)


def _ripen(
    before: tuple[Moment, ...], waiting: tuple[Waiting[T], ...], *, now_ns: int, ahead: int, last: bool = False
) -> tuple[Window[T], Ripe[T]]:
    ripe: list[tuple[View, T]] = []
    while waiting and (last or len(waiting) > ahead or not _fresh(waiting[0], now_ns)):
        first, *others = waiting
        late_ns = first.moment.at_ns + first.patience_ns
        after = tuple([other.moment for other in others if other.moment.at_ns <= late_ns])
        ripe.append((View(first.moment, first.size, before, after), first.item))
        before, waiting = (*before, first.moment)[-BEFORE:], tuple(others)
    return Window(before, waiting), tuple(ripe)


def _fresh(first: Waiting[T], now_ns: int) -> bool:
    """Whether a frame may wait on; a clock that went back makes all of them old."""
    return 0 <= now_ns - first.moment.at_ns < first.patience_ns
