"""What became of every frame of a replay, and what each rule said to it."""

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from askance.edge.decided import Around, Decided
from askance.edge.rules import Policy, RuleId, Verdict
from askance.edge.rules.why import failing
from askance.edge.values import Drop
from askance.wire.identity import FrameId


class Place(NamedTuple):
    """Where a frame stands: the recording's name, and the frame's number in it, from 0."""

    recording: str
    number: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One frame that was stored.

    Attributes:
        frame_id: its name in the store.
        place: which frame.
        at_ns: when, nanoseconds on the time line of all recordings.
        objects: how many objects the detector reports in it.
        matched: the rules that matched.
        payers: those that paid.
        around: the frames that were stored around it; there may be more to come.
    """

    frame_id: FrameId
    place: Place
    at_ns: int
    objects: int
    matched: frozenset[RuleId]
    payers: frozenset[RuleId]
    around: list[Around] = field(default_factory=list[Around])


class Counted(NamedTuple):
    """One frame that a rule would have kept if it did not only count; the attributes are those of ``Kept``."""

    at_ns: int
    objects: int
    matched: frozenset[RuleId]


@dataclass(slots=True)
class Tally:
    """One rule's counts; ``matched`` is ``kept`` and all of ``refused`` together.

    Attributes:
        matched: frames on which its condition held.
        kept: those that it paid for, or would have if it did not only count.
        counted: these, of a rule that only counts.
        around: the frames around these that it would have paid for.
        bytes: what it would have paid for them and for frames around them.
        refused: the others, by the reason why it did not pay.
        failed: the frames on which its condition did not hold, by the clause that kept it from that.
        smallest: bytes of the smallest frame that its budget of bytes did not do for; None: it did for all.
        values: its condition's value on every frame that was decided on, in [0, 1].
        refused_ns: when the frames were taken that it did not pay for, nanoseconds.
    """

    matched: int = 0
    kept: int = 0
    counted: list[Counted] = field(default_factory=list[Counted])
    around: list[Around] = field(default_factory=list[Around])
    bytes: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    failed: Counter[str] = field(default_factory=Counter[str])
    smallest: int | None = None
    values: "array[float]" = field(default_factory=lambda: array("f"))
    refused_ns: "array[int]" = field(default_factory=lambda: array("q"))


class Account:
    """Counts how every frame ends; ``seen`` is the sum of ``ends``.

    Attributes:
        policy: the rules.
        ends: how many frames ended how: ``kept``, or the reason why not.
        kept: the frames that were stored, in the order of decisions.
        at_ns: when the frames were taken that were decided on, nanoseconds.
        tallies: by rule, in the order of the policy.
        recording: the name of the one that is played.
    """

    def __init__(self, policy: Policy) -> None:
        self.recording = ""
        self.policy: Final = policy
        self.ends: Final[Counter[str]] = Counter()
        self.kept: Final[list[Kept]] = []
        self.at_ns: Final[array[int]] = array("q")
        self.tallies: Final = {rule.id: Tally() for rule in policy.rules}
        self._around: Final[defaultdict[FrameId, list[Around]]] = defaultdict(list)

    @property
    def seen(self) -> int:
        """How many frames have ended."""
        return self.ends.total()

    def end(self, ended: FrameId | Drop) -> None:
        """Count a frame that goes no further."""
        self.ends[ended.reason if isinstance(ended, Drop) else "kept"] += 1

    def surround(self, trigger: FrameId | None, around: Around) -> None:
        """Take down a frame that was stored around another, or counted."""
        if trigger is not None:
            self._around[trigger].append(around)
            return
        for rule in around.payers:
            self.tallies[rule].around.append(around)

    def count(self, rule: RuleId, size: int) -> None:
        """Take down what a rule that only counts would have paid."""
        self.tallies[rule].bytes += size

    def note(self, decided: Decided) -> None:
        """Take down what the rules said of a frame."""
        self.at_ns.append(decided.taken_ns)
        matched = frozenset(verdict.rule.id for verdict in decided.verdicts if verdict.finding.matched)
        for rule in decided.counted:
            self.tallies[rule].counted.append(Counted(decided.taken_ns, decided.objects, matched))
        for verdict in decided.verdicts:
            tally = self.tallies[verdict.rule.id]
            tally.values.append(verdict.finding.value)
            if not verdict.finding.matched:
                clause, _ = failing(verdict.rule.when, verdict.finding)
                tally.failed[clause] += 1
            else:
                tally.matched += 1
                refusal = _refusal(verdict, decided)
                if refusal is None:
                    tally.kept += 1
                else:
                    tally.refused[refusal] += 1
                    tally.refused_ns.append(decided.taken_ns)
                if refusal == "rules.budget_bytes" and decided.size is not None:
                    tally.smallest = min(decided.size, decided.size if tally.smallest is None else tally.smallest)
        if not isinstance(decided.ended, Drop):
            place = Place(self.recording, decided.index)
            at_ns, around = decided.taken_ns, self._around[decided.ended]
            self.kept.append(Kept(decided.ended, place, at_ns, decided.objects, matched, decided.payers, around))


def _refusal(verdict: Verdict, decided: Decided) -> str | None:
    """Say why a rule that matched did not pay; None: it did."""
    if verdict.rule.id in decided.takers:
        return None
    if verdict.obstacle is not None:
        return verdict.obstacle
    if not verdict.rule.capture:
        return "rules.outdone"  # how the frame ended is of others; what it lost to are frames that the rule would keep
    # others could pay for its bytes, or nobody could, or the store did not take it
    return decided.ended.reason if isinstance(decided.ended, Drop) else "rules.budget_bytes"
