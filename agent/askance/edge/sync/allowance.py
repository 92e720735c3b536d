"""What the centre allows: how many frames may be under way, and when nothing may be sent."""

from askance.wire.receipts import Receipts


class Allowance:
    """The credit and the pauses that were last heard of; every time is in monotonic seconds.

    Attributes:
        pause_until: nothing is sent before.
        credit_until: when the centre's credit is over.

    Args:
        frames: most frames under way at once, whatever the centre allows.
    """

    def __init__(self, frames: int) -> None:
        self.pause_until = 0.0
        self.credit_until = 0.0
        self._frames = frames
        self._credit: int | None = None

    def hear(self, receipts: Receipts, now: float, *, lasting_s: float) -> None:
        """Take the centre's word; a credit of nothing must not outlive a centre that forgot to take it back."""
        earlier = 0.0 if receipts.hello else self.pause_until
        self.pause_until = max(earlier, now + receipts.pause_s)
        if receipts.credit is not None:
            self._credit, self.credit_until = receipts.credit, now + lasting_s

    def pause(self, until: float) -> None:
        """Send nothing before ``until``, for a reason of our own."""
        self.pause_until = max(self.pause_until, until)

    def forget(self) -> None:
        """Begin anew on another line."""
        self._credit, self.pause_until = None, 0.0

    def frames(self, now: float) -> int:
        """Return how many frames may be under way now."""
        return self._frames if self._credit is None or now >= self.credit_until else min(self._frames, self._credit)
