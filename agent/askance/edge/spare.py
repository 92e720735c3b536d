"""Time that nothing else wants, spent on second looks: a forward pass at a time, and no more than a share of a core."""

from collections.abc import Callable
from typing import Final

from askance.edge.contest import Held
from askance.edge.decider import Decider, Ends
from askance.edge.detect.again import Looking, SecondLook
from askance.edge.looking import look_again

SAVED_S: Final = 2.0
"""Time that may be saved up, seconds: what one look with all its passes takes, on a small device."""


class Spare:
    """Looks again at frames that wait, the most suspicious first; for the thread that decides.

    Args:
        decider: has the frames.
        second: looks.
        share: of one core's time that may be spent, in (0, 1].
        clock: the monotonic clock, seconds.
    """

    def __init__(self, decider: Decider, second: SecondLook, *, share: float, clock: Callable[[], float]) -> None:
        self._decider = decider
        self._second = second
        self._share = share
        self._clock = clock
        self._saved_s = 0.0
        self._asked_s = clock()
        self._at: tuple[Held, Looking] | None = None

    def use(self) -> Ends:
        """Run one forward pass, if one is due and may be paid for; return how frames ended that it decided on."""
        now_s = self._clock()
        self._saved_s = min(SAVED_S, self._saved_s + self._share * (now_s - self._asked_s))
        self._asked_s = now_s
        if self._saved_s <= 0.0:
            return ()
        if self._at is not None and not self._decider.waits(self._at[0]):
            self._at = None
        if self._at is None:
            held = self._decider.suspect()
            if held is None:
                return ()
            self._at = held, look_again(held.shot.taken, self._second)
        held, looking = self._at
        looking.step()
        self._saved_s -= self._clock() - now_s
        if looking.left:
            return ()
        self._at = None
        return self._decider.reconsider(held, looking)
