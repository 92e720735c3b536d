"""What became of each of a source's frames: delivered, skipped or unreadable, each position counted once."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts of one source, over all the children that decoded it.

    Attributes:
        skipped: frames that were there and not delivered, thinned out by ``fps`` or lost because a camera went on.
        unreadable: frames that could not be decoded.
        restarts: how often the decoding child was started again.
        next: the position after the last delivered frame.
    """

    skipped: int = 0
    unreadable: int = 0
    restarts: int = 0
    next: int = 0
    _broken: set[int] = field(default_factory=set[int])

    def counts(self) -> dict[str, int]:
        """Return a copy of the counts by name."""
        return {"skipped": self.skipped, "unreadable": self.unreadable, "restarts": self.restarts}

    def deliver(self, position: int) -> None:
        """Count the frame at ``position``, and those that were passed over since the one before as skipped."""
        broken_before = {broken for broken in self._broken if broken < position}
        self.skipped += position - self.next - len(broken_before)
        self._broken -= broken_before
        self.next = position + 1

    def spoil(self, position: int) -> bool:
        """Count an unreadable frame; False when it was counted before, by a child that has died since."""
        if position < self.next or position in self._broken:
            return False
        self._broken.add(position)
        self.unreadable += 1
        return True

    def finish(self, total: int, *, missing: int) -> None:
        """Count what follows the last delivered frame of a recording of ``total`` frames and ``missing`` more."""
        self.skipped += total - self.next - len(self._broken)
        self._broken.clear()
        self.unreadable += missing
        self.next = total
