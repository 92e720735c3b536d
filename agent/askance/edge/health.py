"""What the agent knows about itself: counters by reason, last signs of life, and what is wrong right now."""

import threading
from collections import Counter, deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from askance.redaction import redact

NEWS: Final = 100


@dataclass(frozen=True, slots=True)
class Vitals:
    """One consistent look at the agent.

    Attributes:
        counts: how often each thing happened since the start, e.g. ``gate.still``.
        beats: for each part, monotonic seconds of its last progress.
        trouble: for each part in trouble, what is wrong, in a sentence.
    """

    counts: Mapping[str, int]
    beats: Mapping[str, float]
    trouble: Mapping[str, str]

    def silent(self, now: float, *, longer_than_s: float, elsewhere: Mapping[str, float]) -> tuple[str, ...]:
        """Parts that have made no progress for longer than that.

        Args:
            now: monotonic seconds.
            longer_than_s: seconds of silence that are too long.
            elsewhere: signs of life that parts have given by other ways, in monotonic seconds.
        """
        last = {part: max(beat, elsewhere.get(part, beat)) for part, beat in self.beats.items()}
        return tuple(sorted(part for part, beat in last.items() if now - beat > longer_than_s))


class Health:
    """Counters that any thread may raise and anybody may read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._beats: dict[str, float] = {}
        self._trouble: dict[str, str] = {}
        self._news: deque[tuple[str, str | None]] = deque(maxlen=NEWS)

    def count(self, reason: str, amount: int = 1) -> None:
        """Note that something happened."""
        with self._lock:
            self._counts[reason] += amount

    def beat(self, part: str, now: float) -> None:
        """Note that a part made progress at ``now``, in monotonic seconds."""
        with self._lock:
            self._beats[part] = now

    def retire(self, part: str) -> None:
        """Expect no more of a part that has done its work."""
        with self._lock:
            self._beats.pop(part, None)

    def trouble(self, part: str, what: str | None) -> None:
        """Say what is wrong with a part, or None when nothing is any more; secrets of addresses are taken out."""
        what = None if what is None else redact(what)
        with self._lock:
            if self._trouble.get(part) == what:
                return
            self._news.append((part, what))
            if what is None:
                del self._trouble[part]
            else:
                self._trouble[part] = what

    @contextmanager
    def enduring(self, failure: type[Exception], part: str) -> Generator[None]:
        """Run the block; where it ends in such a failure, that is what is wrong with the part until it does not."""
        try:
            yield
        except failure as error:
            self.trouble(part, str(error))
        else:
            self.trouble(part, None)

    def news(self) -> list[tuple[str, str | None]]:
        """Return, once, what has gone wrong or right since this was last asked: parts, and what is wrong or None."""
        with self._lock:
            news, self._news = list(self._news), deque(maxlen=NEWS)
            return news

    def vitals(self) -> Vitals:
        """Look at everything at once."""
        with self._lock:
            return Vitals(dict(self._counts), dict(self._beats), dict(self._trouble))
