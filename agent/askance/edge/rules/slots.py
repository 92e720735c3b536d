"""The best frames of a stretch of time, not its first: they wait together, and what is best is known at its end."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from askance.edge.rules.context import Pose
from askance.edge.rules.policy import Rule
from askance.edge.rules.scenes import Looks
from askance.edge.values import Subject

MOST: Final = 3
"""How many frames of one slot may be kept, however large the budget."""

SPARE: Final = 2
"""How many more may wait: a second look can put one of them before the others."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A frame that waits.

    Attributes:
        key: what it is called until its slot is over.
        value: what it is worth to the rule.
        at_ns: when it was taken, on the clock that budgets run on.
        where: the camera that took it, and where that looked.
        looks: what tells it from others.
        about: whom it is about, each thing under all its names; none: it is about the frame, or nobody is followed.
    """

    key: int
    value: float
    at_ns: int
    where: Pose
    looks: Looks
    about: tuple[frozenset[Subject], ...] = ()

    def shown(self, by: Collection[Subject]) -> bool:
        """Whether all that it is about is already shown."""
        return bool(self.about) and all(not names.isdisjoint(by) for names in self.about)

    def repeats(self, other: "Candidate", *, pause_ns: int) -> bool:
        """Whether of the two one is enough: they show the same, or lie nearer to each other than the rule's pause."""
        if abs(self.at_ns - other.at_ns) < pause_ns:
            return True
        return self.where == other.where and self.looks.alike(other.looks)


@dataclass(frozen=True, slots=True)
class Slot:
    """The frames of one rule that wait.

    Attributes:
        opened_ns: when the first one was decided on; None while there is none.
        best: the frames, best first.
        won: how many frames the rule has had of it already, because another slot that they waited in has ended.
    """

    opened_ns: int | None = None
    best: tuple[Candidate, ...] = ()
    won: int = 0

    def room(self, rule: Rule) -> int:
        """Return how many more frames the rule keeps."""
        return max(0, room(rule) - self.won)

    def takes(self, rule: Rule, candidate: Candidate) -> bool:
        """Whether a frame will do for the rule when another keeps it before the slot ends.

        It is one of those that the rule would keep, if the slot ended now; or the rule pauses for tracks, and what it
        would keep before that one is about nobody else.
        """
        first = self.best[: self.room(rule)]
        if any(each.key == candidate.key for each in first):
            return True
        shown = frozenset[Subject]().union(*candidate.about)
        return bool(rule.track_ns and first) and all(each.shown(shown) for each in first)

    def over(self, rule: Rule, *, now_ns: int) -> bool:
        """Whether it has lasted as long as the rule says."""
        return self.opened_ns is not None and now_ns - self.opened_ns >= rule.slot_ns

    def offer(self, rule: Rule, candidate: Candidate, *, now_ns: int) -> tuple["Slot", frozenset[int]]:
        """Let a frame compete; return the slot, and the keys of those that are out of the competition.

        Args:
            rule: whose slot it is.
            candidate: the frame.
            now_ns: the latest moment at which a frame was decided on: frames of several cameras come out of order.
        """
        ranked = _ranked((*self.best, candidate))
        stay = _distinct(ranked, pause_ns=rule.pause_ns)[: room(rule) + SPARE]
        opened_ns = now_ns if self.opened_ns is None else self.opened_ns
        out = {each.key for each in ranked} - {each.key for each in stay}
        return Slot(opened_ns, stay, self.won), frozenset(out)

    def revalue(self, key: int, value: float) -> "Slot":
        """Let a frame be worth something else."""
        changed = (replace(each, value=value) if each.key == key else each for each in self.best)
        return Slot(self.opened_ns, _ranked(tuple(changed)), self.won)

    def without(self, keys: Collection[int]) -> "Slot":
        """Let frames go."""
        return Slot(self.opened_ns, tuple(each for each in self.best if each.key not in keys), self.won)


def room(rule: Rule) -> int:
    """Return how many frames of a slot a rule keeps: the budget's share of it, rounded up, at least one."""
    rate = rule.limits.frames
    if rate is None:
        return 1
    share = rate.amount * rule.slot_ns / (rate.period.total_seconds() * 1e9)
    return min(MOST, max(1, ceil(share)))


def _ranked(frames: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(sorted(frames, key=lambda each: (-each.value, each.at_ns, each.key)))


def _distinct(ranked: tuple[Candidate, ...], *, pause_ns: int) -> tuple[Candidate, ...]:
    """Leave out what repeats a better one, or shows nobody that better ones do not: of a track one frame is enough."""
    chosen: list[Candidate] = []
    shown: set[Subject] = set()
    for each in ranked:
        if not each.shown(shown) and not any(each.repeats(better, pause_ns=pause_ns) for better in chosen):
            chosen.append(each)
            shown.update(*each.about)
    return tuple(chosen)
