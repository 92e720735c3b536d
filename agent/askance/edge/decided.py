"""What became of a frame, for those who want to know: a replay's account, and the one who asks why."""

from dataclasses import dataclass
from typing import Protocol

from askance.edge.rules import RuleId, Verdict
from askance.edge.values import Drop
from askance.wire.identity import CameraId, FrameId


@dataclass(frozen=True, slots=True)
class Decided:
    """One frame that the rules were asked about.

    Attributes:
        camera: who took it.
        index: its number among the source's frames, from 0.
        taken_ns: when, nanoseconds on the camera's time line.
        objects: how many objects the models report in it.
        verdicts: of every rule in force, the matching ones first.
        payers: the rules that paid for it.
        ended: how.
        counted: the rules that only count, and would have paid for it.
        size: bytes that it takes in the store, at most; None: no rule came so far as to ask.
        pose: where the camera looked; None: it does not move, or nobody knows.
    """

    camera: CameraId
    index: int
    taken_ns: int
    objects: int
    verdicts: tuple[Verdict, ...]
    payers: frozenset[RuleId]
    ended: FrameId | Drop
    counted: frozenset[RuleId] = frozenset()
    size: int | None = None
    pose: str | None = None

    @property
    def takers(self) -> frozenset[RuleId]:
        """The rules that paid for it, and those that would have."""
        return self.payers | self.counted


@dataclass(frozen=True, slots=True)
class Around:
    """A frame around another one that rules keep, or would keep if they did not only count.

    Attributes:
        frame_id: its name in the store; None: it was only counted.
        objects: how many objects the models report in it.
        payers: the rules that paid for it, or would have.
    """

    frame_id: FrameId | None
    objects: int
    payers: frozenset[RuleId]


class Observer(Protocol):
    """Is told of frames by the thread that decides, and must not keep it waiting."""

    def end(self, ended: FrameId | Drop, /) -> None:
        """A frame has ended, wherever it did."""
        ...

    def note(self, decided: Decided, /) -> None:
        """A frame has ended that the rules were asked about; ``end`` is told of it as well."""
        ...

    def surround(self, trigger: FrameId | None, around: Around, /) -> None:
        """A frame has been stored because of another, which was kept; None: it was only counted, as was the other."""
        ...

    def count(self, rule: RuleId, size: int, /) -> None:
        """A rule that only counts would have paid so many bytes, for a frame or for one around it."""
        ...


class Unobserved:
    """Wants to know nothing."""

    def end(self, _ended: FrameId | Drop, /) -> None:
        """Let it be."""

    def note(self, _decided: Decided, /) -> None:
        """Let it be."""

    def surround(self, _trigger: FrameId | None, _around: Around, /) -> None:
        """Let it be."""

    def count(self, _rule: RuleId, _size: int, /) -> None:
        """Let it be."""
