"""Whether a live stream's pictures are whole: what is broken stays broken until the next picture that stands alone."""

from dataclasses import dataclass, replace
from typing import Final

KEY: Final = "I"
"""The type of a picture that needs no other."""

_HEALS_NS: Final = 10 * 10**9  # some cameras refresh their pictures bit by bit, and never send one that stands alone


@dataclass(frozen=True, slots=True)
class Damage:
    """What is known of a stream's state.

    Attributes:
        delay: pictures that a decoder holds back: a complaint may be about one that comes so much later.
        since_ns: when the last complaint was heard, monotonic nanoseconds; None: pictures are whole.
        passed: pictures that came since.
    """

    delay: int
    since_ns: int | None = None
    passed: int = 0

    @property
    def whole(self) -> bool:
        """Whether the last picture can be trusted."""
        return self.since_ns is None

    def after(self, at_ns: int, *, kind: str, complaint: bool) -> "Damage":
        """Return what is known after another picture.

        Args:
            at_ns: when it was read.
            kind: its type, ``KEY`` or another letter.
            complaint: whether the decoder has complained while it was read.
        """
        if complaint:
            return replace(self, since_ns=at_ns, passed=0)
        if self.since_ns is None:
            return self
        known_since = self.passed >= self.delay and kind == KEY
        if known_since or at_ns - self.since_ns > _HEALS_NS:
            return replace(self, since_ns=None)
        return replace(self, passed=self.passed + 1)
