"""Whether a frame is kept, which rules pay for it and what it is worth; a pure function of rules, memory and frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final

from askance.edge.rules.bar import Bar
from askance.edge.rules.budgets import Limits, Purse, longest_ns
from askance.edge.rules.conditions import Clause, Finding, FrameFacts, evaluate, measures
from askance.edge.rules.cooldown import cooling
from askance.edge.rules.document import RuleId
from askance.edge.rules.lottery import Lottery, inclusion_probability
from askance.edge.rules.scenes import Looks, Scenes
from askance.edge.values import Drop, Keep, Measure, Payer, Quality, SignalValues
from askance.wire.capture import Arm, Priority, Reason
from askance.wire.identity import CameraId

_LONGEST_TEXT: Final = 240
_MOST_OBJECTS: Final = 64

# A frame that comes after a gap stands for no more time than this, else the one frame that ends a night without motion
# would be drawn for certain.
LONGEST_GAP_NS: Final = 60 * 10**9


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, its names resolved.

    Attributes:
        id: unique in the policy.
        version: the file's version and a hash of what the rule says, e.g. ``3-1f2e3d4c``.
        when: its condition.
        weights: what one unit of a signal adds to the value; None: the value is the strongest signal's.
        limits: its budgets.
        pause_ns: its cooldown; 0 without one.
        scene_ns: how long it leaves alone what looks like a frame that was kept; 0: not at all.
        capture: False for a rule that only counts.
        arm: the part of the selection that its frames belong to.
        priority: their class in the send order.
        expires: first day on which it no longer counts; None: never.
    """

    id: RuleId
    version: str
    when: Clause
    weights: Mapping[str, float] | None = None
    limits: Limits = field(default_factory=Limits)
    pause_ns: int = 0
    scene_ns: int = 0
    capture: bool = True
    arm: Arm = Arm.UNCERTAINTY
    priority: Priority = Priority.DOUBTFUL
    expires: date | None = None

    @property
    def memory_ns(self) -> int:
        """How far back its payments matter, in nanoseconds."""
        return max(longest_ns(self.limits), self.pause_ns)

    def in_force(self, today: date | None) -> bool:
        """Whether it counts on the day ``today``; None: nobody knows the day, and nothing expires."""
        return self.expires is None or today is None or today < self.expires


@dataclass(frozen=True)
class Policy:
    """All rules, in the order of the files."""

    rules: tuple[Rule, ...]

    @cached_property
    def measures(self) -> frozenset[Measure]:
        """What has to be measured on every frame."""
        return frozenset(measure for rule in self.rules for measure in measures(rule.when))

    def expired(self, today: date | None) -> tuple[RuleId, ...]:
        """The rules that do not count on the day ``today``."""
        return tuple(rule.id for rule in self.rules if not rule.in_force(today))


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decisions remember: payments and bars by rule, each camera's last decided frame on its own time line."""

    purses: Mapping[RuleId, Purse] = field(default_factory=dict[RuleId, Purse])
    bars: Mapping[RuleId, Bar] = field(default_factory=dict[RuleId, Bar])
    seen_ns: Mapping[CameraId, int] = field(default_factory=dict[CameraId, int])
    scenes: Mapping[CameraId, Scenes] = field(default_factory=dict[CameraId, Scenes])

    def purse(self, rule: RuleId) -> Purse:
        """What the rule has paid lately."""
        return self.purses.get(rule, Purse())

    def bar(self, rule: RuleId) -> Bar:
        """What the rule has seen lately."""
        return self.bars.get(rule, Bar())

    def kept(self, context: "FrameContext") -> "Memory":
        """Remember what a frame shows that was kept."""
        scenes = self.scenes.get(context.camera, Scenes()).add(context.looks, now_ns=context.now_ns)
        return replace(self, scenes={**self.scenes, context.camera: scenes})


@dataclass(frozen=True, slots=True)
class FrameContext:
    """All that a decision may look at.

    Attributes:
        camera: who took the frame.
        taken_ns: when, on the camera's own time line.
        now_ns: the same moment on the clock that budgets and cooldowns run on, which all cameras share.
        signals: the answer to each of ``Policy.measures``.
        quality: what the gate measured.
        looks: what tells the frame from others.
        draw: a random number, uniform in [0, 1), of this frame alone.
        cameras: how many cameras share the rates of the random arm, at least 1.
        today: the day; None: not known.
    """

    camera: CameraId
    taken_ns: int
    now_ns: int
    signals: SignalValues
    quality: Quality
    looks: Looks
    draw: float
    cameras: int = 1
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one frame.

    Attributes:
        rule: it.
        finding: whether its condition holds, and why.
        value: what the frame is worth to it.
        obstacle: why it does not pay; None: nothing hinders it.
        bar: what it has seen, this frame included.
    """

    rule: Rule
    finding: Finding
    value: float
    obstacle: str | None
    bar: Bar


def judge(policy: Policy, memory: Memory, *, context: FrameContext) -> tuple[Verdict, ...]:
    """Ask every rule in force; the matching ones come first, those of greater value before others."""
    facts = FrameFacts(context.signals, context.quality, context.draw, _elapsed_ns(memory, context))
    rules = [rule for rule in policy.rules if rule.in_force(context.today)]
    verdicts = [_verdict(rule, memory, facts=facts, context=context) for rule in rules]
    return tuple(sorted(verdicts, key=lambda verdict: (not verdict.finding.matched, -verdict.value)))


def decide(policy: Policy, memory: Memory, *, context: FrameContext) -> tuple[Memory, Keep | Drop]:
    """Keep a frame if at least one rule matches and can pay.

    Drop reasons: ``rules.no_match``; ``rules.count_only``, when only such rules match; else what hinders the most
    valuable rule that would capture: ``rules.cooldown``, ``rules.alike`` to a kept frame, ``rules.budget_frames``, or,
    by better frames, ``rules.outdone``.
    """
    verdicts = judge(policy, memory, context=context)
    matched = [verdict for verdict in verdicts if verdict.finding.matched]
    payers = [verdict for verdict in matched if verdict.rule.capture and verdict.obstacle is None]
    after = replace(
        memory,
        seen_ns={**memory.seen_ns, context.camera: context.taken_ns},
        bars={**memory.bars, **{verdict.rule.id: verdict.bar for verdict in verdicts}},
    )
    if payers:
        elapsed_ns = _elapsed_ns(memory, context)
        reasons = tuple(_reason(verdict) for verdict in matched)
        return after, Keep(reasons, tuple(_payer(verdict, elapsed_ns=elapsed_ns) for verdict in payers))
    if not matched:
        return after, Drop("rules.no_match")
    hindered = (verdict.obstacle for verdict in matched if verdict.rule.capture)
    return after, Drop(next(hindered, None) or "rules.count_only")


def _verdict(rule: Rule, memory: Memory, *, facts: FrameFacts, context: FrameContext) -> Verdict:
    now_ns = context.now_ns
    finding = evaluate(rule.when, facts)
    value = _worth(rule, finding)
    purse, bar = memory.purse(rule.id), memory.bar(rule.id).look(now_ns)
    if finding.matched and rule.limits.frames is not None:
        bar = bar.note(value, rate=rule.limits.frames, pause_ns=rule.pause_ns, now_ns=now_ns)
    obstacle = None
    if cooling(purse, rule.pause_ns, now_ns=now_ns):
        obstacle = "rules.cooldown"
    elif finding.matched and rule.scene_ns and _known(rule, memory, context=context):
        obstacle = "rules.alike"
    elif not purse.affords_frame(rule.limits, now_ns=now_ns):
        obstacle = "rules.budget_frames"
    elif rule.limits.frames is not None and value < bar.height(rate=rule.limits.frames, now_ns=now_ns):
        obstacle = "rules.outdone"
    return Verdict(rule, finding, value, obstacle, bar)


def _known(rule: Rule, memory: Memory, *, context: FrameContext) -> bool:
    age_ns = memory.scenes.get(context.camera, Scenes()).age_ns(context.looks, now_ns=context.now_ns)
    return age_ns is not None and age_ns < rule.scene_ns


def _worth(rule: Rule, finding: Finding) -> float:
    """Weigh the strongest evidence of each signal; evidence is what held and does not stand under ``not``."""
    strongest: dict[str, float] = {}
    for evidence in finding.evidence():
        strongest[evidence.clause] = max(evidence.value, strongest.get(evidence.clause, 0.0))
    if rule.weights is None:
        return max(strongest.values(), default=0.0)
    return sum(rule.weights.get(signal, 0.0) * value for signal, value in strongest.items())


def _payer(verdict: Verdict, *, elapsed_ns: int) -> Payer:
    rule = verdict.rule
    chance = None
    if rule.arm is Arm.RANDOM and isinstance(rule.when, Lottery):
        chance = inclusion_probability(rule.when, elapsed_ns=elapsed_ns)
    return Payer(rule.id, verdict.value, rule.arm, rule.priority, chance)


def _reason(verdict: Verdict) -> Reason:
    strongest = max(verdict.finding.evidence(), key=lambda evidence: evidence.value, default=verdict.finding)
    return Reason(
        rule=verdict.rule.id,
        rule_version=verdict.rule.version,
        signal=strongest.clause,
        value=strongest.value,
        text=strongest.text[:_LONGEST_TEXT],
        objects=strongest.objects[:_MOST_OBJECTS],
    )


def _elapsed_ns(memory: Memory, context: FrameContext) -> int:
    """How much time the frame stands for in the lottery: its camera's share of the gap since the camera's last one.

    Time lines of cameras have nothing to do with each other: a recording may lie hours ahead. Where gaps are cut or a
    camera is away fewer frames are drawn than the rate says, and each one's probability is still the one it was drawn
    with.
    """
    gap = context.taken_ns - memory.seen_ns.get(context.camera, context.taken_ns)
    return min(max(0, gap), LONGEST_GAP_NS) // context.cameras
