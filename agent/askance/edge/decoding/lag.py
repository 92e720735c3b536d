"""How old a live stream's frames may be: after a stall everything that waited on the way comes at once."""

from dataclasses import dataclass
from typing import Final

FRESH_NS: Final = 10**9
"""A frame that may be older than this is not one of now, nanoseconds."""

_STALL_NS: Final = 10**9
_STANDS_OUT: Final = 4
_WAITED: Final = 0.75  # who waits for most of the usual time has read all that was there, or a hole in it
_LEAP_NS: Final = 10 * 10**9  # time stamps that are further apart tell nothing
_IDLE_NS: Final = 6 * 10**8  # the holes in a burst, as retransmissions make them, are shorter together
_LEARNS: Final = 4


@dataclass(frozen=True, slots=True)
class Lag:
    """What is known of the way from a camera to here; all times are nanoseconds.

    A frame may be as old as the silence before it was longer than its time stamp says; those behind it catch up by
    what their time stamps are further apart than they come. Once the reader has had to wait for frames again, nothing
    is left on the way. Time stamps are compared with the one before alone: many cameras count frames and not time.

    Attributes:
        behind_ns: how old the last frame may be.
        read_ns: when it was read, monotonic clock; before the first, when the stream was asked for.
        media_ns: its time stamp; None before the first.
        waited_ns: how long the reader waited for it.
        usual_ns: how long it waits as a rule; 0 before that is known.
        idle_ns: how long it has waited for frames since the last stall, holes in a burst included.
    """

    behind_ns: int
    read_ns: int
    media_ns: int | None = None
    waited_ns: int = 0
    usual_ns: int = 0
    idle_ns: int = 0

    @property
    def fresh(self) -> bool:
        """Whether the last frame is one of now."""
        return self.behind_ns <= FRESH_NS

    def after(self, read_ns: int, media_ns: int) -> "Lag":
        """Return what is known after a frame with this time stamp was read."""
        waited_ns = read_ns - self.read_ns
        if self.media_ns is None:  # it may have been sent as soon as the stream was asked for
            return Lag(waited_ns, read_ns, media_ns)
        passed_ns = media_ns - self.media_ns if 0 < media_ns - self.media_ns <= _LEAP_NS else 0
        late_ns = waited_ns - passed_ns
        if late_ns > _STALL_NS and waited_ns > _STANDS_OUT * max(self.usual_ns, self.waited_ns):
            return Lag(self.behind_ns + late_ns, read_ns, media_ns, waited_ns, self.usual_ns)
        had_to_wait = waited_ns >= _WAITED * (self.usual_ns or passed_ns)
        idle_ns = self.idle_ns + waited_ns if had_to_wait else self.idle_ns
        behind_ns = 0 if idle_ns > _IDLE_NS else max(0, self.behind_ns + min(0, late_ns))
        usual_ns = self.usual_ns
        if not behind_ns:
            usual_ns = usual_ns + (waited_ns - usual_ns) // _LEARNS if usual_ns else waited_ns
        return Lag(behind_ns, read_ns, media_ns, waited_ns, usual_ns, idle_ns)
