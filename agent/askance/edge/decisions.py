"""The last decisions of the rules, for the one who asks why, and what came of each rule since the start."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from askance.edge.decided import Around, Decided
from askance.edge.rules import RuleId, Verdict
from askance.edge.rules.bar import Bar
from askance.edge.rules.why import COUNTED, NO_MATCH, PAID, outcome
from askance.edge.values import Drop
from askance.wire.identity import CameraId, FrameId
from askance.wire.receipts import MAX_REFUSALS, MAX_RULE_TALLIES, RuleTally

MOST: Final = 256
"""Decisions that are remembered."""

_NO_BAR: Final = Bar()


class Remembered(NamedTuple):
    """A decision, and when it fell, monotonic seconds."""

    at_s: float
    decided: Decided


class Decisions:
    """What the rules have decided, remembered as it comes and put into words only for the one who asks; an observer.

    One thread decides, any thread may ask.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last: deque[Remembered] = deque(maxlen=MOST)
        self._latest: dict[CameraId, Remembered] = {}
        self._ends: Counter[str] = Counter()
        self._outcomes: dict[RuleId, Counter[str]] = {}

    def end(self, ended: FrameId | Drop, /) -> None:
        """Count how a frame has ended."""
        with self._lock:
            self._ends[ended.reason if isinstance(ended, Drop) else "kept"] += 1

    def note(self, decided: Decided, /) -> None:
        """Remember a decision, and count what came of the rules."""
        light = replace(decided, verdicts=tuple([_light(verdict) for verdict in decided.verdicts]))
        with self._lock:
            self._last.append(Remembered(self._clock(), light))
            self._latest[light.camera] = self._last[-1]
            self._enter([verdict.rule.id for verdict in light.verdicts])
            for verdict in light.verdicts:
                if verdict.finding.matched:
                    self._outcomes[verdict.rule.id][outcome(verdict, light.takers, ended=light.ended)] += 1

    def surround(self, trigger: FrameId | None, around: Around, /) -> None:
        """Let it be: what the rules said of that frame is remembered."""

    def count(self, rule: RuleId, size: int, /) -> None:
        """Let it be: frames are counted, and bytes are in the store."""

    def last(self, count: int, *, camera: CameraId | None = None) -> tuple[Remembered, ...]:
        """Return the last decisions, oldest first; of one camera, or with None of all."""
        with self._lock:
            found = [one for one in self._last if camera is None or one.decided.camera == camera]
        return tuple(found[-count:])

    def latest(self) -> tuple[Remembered, ...]:
        """Return the last decision of each camera, however long ago it fell."""
        with self._lock:
            return tuple(self._latest.values())

    def ends(self) -> Mapping[str, int]:
        """Return how many frames have ended how: ``kept``, or the reason why not."""
        with self._lock:
            return dict(self._ends)

    def tallies(self) -> Mapping[str, RuleTally]:
        """Return what came of each rule."""
        with self._lock:
            return {rule: _tally(outcomes) for rule, outcomes in self._outcomes.items()}

    def _enter(self, rules: Sequence[RuleId]) -> None:
        """Begin to count what comes of rules; forget those that are no more when they are too many together."""
        if all(rule in self._outcomes for rule in rules):
            return
        new = {rule: self._outcomes.get(rule, Counter()) for rule in rules}
        both = self._outcomes | new
        self._outcomes = both if len(both) <= MAX_RULE_TALLIES else new


def _light(verdict: Verdict) -> Verdict:
    """Leave out of a verdict what is long and explains nothing."""
    return Verdict(verdict.rule, verdict.finding, verdict.value, verdict.obstacle, _NO_BAR)


def _tally(outcomes: Counter[str]) -> RuleTally:
    refused = Counter({came: count for came, count in outcomes.items() if came not in {PAID, COUNTED, NO_MATCH}})
    return RuleTally(
        matched=outcomes.total() - outcomes[NO_MATCH],
        kept=outcomes[PAID] + outcomes[COUNTED],
        refused=dict(refused.most_common(MAX_REFUSALS)),
    )
