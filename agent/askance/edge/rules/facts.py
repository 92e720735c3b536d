"""What the conditions of rules may look at."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from askance.edge.values import Quality, SignalValues


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What conditions may look at.

    Attributes:
        signals: the answers to ``Policy.measures``.
        quality: what the gate measured.
        draw: a random number, uniform in [0, 1), drawn for this frame.
        elapsed_ns: the time that the frame stands for; 0 for a camera's first.
        taken_ns: when it was taken, on its camera's time line.
        local: the same by the clocks of the place; None: not known.
        readings: what the device measures beside pictures, by name; what is too old is not among them.
        asked: who or what has asked for the frame; None: nobody.
        novelty: how little it looks like what was kept, in [0, 1].
        held_ns: when the condition of each ``inhibit`` held last at this camera, by the clause, on its time line.
    """

    signals: SignalValues
    quality: Quality
    draw: float
    elapsed_ns: int
    taken_ns: int = 0
    local: datetime | None = None
    readings: Mapping[str, float] = field(default_factory=dict[str, float])
    asked: str | None = None
    novelty: float = 1.0
    held_ns: Mapping[Hashable, int] = field(default_factory=dict[Hashable, int])
