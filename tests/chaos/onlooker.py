"""Looks at a camera as the agent does, keeps what the gate lets through, and knows what should have passed."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from askance.edge.attention import GateSection
from askance.edge.gate import GateMemory, look
from askance.edge.source import Source
from askance.edge.values import Drop
from chaos.wall import OLDEST_MS, Wall
from support_polling import until
from support_rtsp import age_ms

GATE: Final = GateSection(frozen=timedelta(seconds=3))


@dataclass(frozen=True, slots=True)
class Sight:
    """A frame that was seen.

    Attributes:
        at_s: monotonic seconds when it came.
        dropped: why the gate did not let it through; None: it would be kept.
        sound: whether its picture is whole and of now.
        age_ms: how long ago it was drawn, as it says itself.
        torn: by how much of what is allowed its wall has changed.
    """

    at_s: float
    dropped: str | None
    sound: bool
    age_ms: int
    torn: float

    @property
    def false(self) -> bool:
        """Whether it would be kept and should not be."""
        return self.dropped is None and not self.sound

    @property
    def good(self) -> bool:
        """Whether it would be kept, and should be."""
        return self.dropped is None and self.sound


class Onlooker:
    """Takes every frame that there is.

    Args:
        source: a camera.
        gate: what to drop.
        oldest_ms: how old a picture may be.
    """

    def __init__(self, source: Source, *, gate: GateSection = GATE, oldest_ms: int = OLDEST_MS) -> None:
        self.sights: list[Sight] = []
        self._source, self._gate, self._oldest_ms = source, gate, oldest_ms
        self._wall = Wall()
        self._picture: str | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is said of the camera just now."""
        return tuple(filter(None, (self._picture, self._source.trouble)))

    def sees(self, within_s: float) -> float | None:
        """Wait for a good frame from now on; return when it came, monotonic seconds, None where none did."""
        before = len(self.sights)
        if until(lambda: any(sight.good for sight in self.sights[before:]), within_s=within_s):
            return next(sight.at_s for sight in self.sights[before:] if sight.good)
        return None

    def _watch(self) -> None:
        memory = GateMemory()
        for frame in self._source.frames():
            memory, seen = look(memory, frame, section=self._gate)
            self._picture = memory.picture.trouble
            dropped = seen.reason if isinstance(seen, Drop) else None
            at_ns = frame.taken.monotonic_ns
            sound = self._wall.sound(frame.image, at_ns, oldest_ms=self._oldest_ms)
            age, torn = age_ms(frame.image, at_ns), self._wall.torn(frame.image)
            self.sights.append(Sight(time.monotonic(), dropped, sound, age, torn))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()
        self._thread.join(10)
        assert not self._thread.is_alive(), "the source does not end"
