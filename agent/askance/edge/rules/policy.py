"""Whether a frame is kept, which rules pay for it and what it is worth; a pure function of rules, memory and frame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from askance.edge.rules.budgets import Limits, Purse, longest_ns
from askance.edge.rules.conditions import Clause, Finding, FrameFacts, evaluate, measures
from askance.edge.rules.cooldown import cooling
from askance.edge.rules.document import RuleId
from askance.edge.rules.lottery import Lottery, inclusion_probability
from askance.edge.values import Drop, Keep, Measure, Quality, SignalValues, Spending
from askance.wire.capture import Arm, Priority, Reason

_LONGEST_TEXT: Final = 240
_MOST_OBJECTS: Final = 64


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
        capture: False for a rule that only counts.
        arm: the part of the selection that its frames belong to.
        priority: their class in the send order.
    """

    id: RuleId
    version: str
    when: Clause
    weights: Mapping[str, float] | None = None
    limits: Limits = field(default_factory=Limits)
    pause_ns: int = 0
    capture: bool = True
    arm: Arm = Arm.UNCERTAINTY
    priority: Priority = Priority.DOUBTFUL


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in force.

    Attributes:
        rules: in the order of the files.
        expired: rules that were read and no longer count; whoever loads says so.
    """

    rules: tuple[Rule, ...]
    expired: tuple[RuleId, ...] = ()

    @property
    def measures(self) -> frozenset[Measure]:
        """What has to be measured on every frame."""
        return frozenset(measure for rule in self.rules for measure in measures(rule.when))

    @property
    def memory_ns(self) -> int:
        """How far back payments matter, in nanoseconds."""
        return max((_memory_ns(rule) for rule in self.rules), default=0)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decisions remember: payments by rule, and when the last frame was decided."""

    purses: Mapping[RuleId, Purse] = field(default_factory=dict[RuleId, Purse])
    seen_ns: int | None = None


@dataclass(frozen=True, slots=True)
class FrameContext:
    """All that a decision may look at.

    Attributes:
        now_ns: when the frame was taken, monotonic.
        signals: the answer to each of ``Policy.measures``.
        quality: what the gate measured.
        draw: a random number, uniform in [0, 1), of this frame alone.
    """

    now_ns: int
    signals: SignalValues
    quality: Quality
    draw: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one frame: its finding, what the frame is worth to it, and why it cannot pay, if so."""

    rule: Rule
    finding: Finding
    value: float
    obstacle: str | None


def remember(policy: Policy, spendings: Iterable[Spending], *, now_ns: int) -> Memory:
    """Begin with what the store knows of earlier payments.

    A payment in the future was made in an earlier boot, or on the time line of a recording: it counts as made now,
    the latest that it can matter, so a restart never opens a budget early.
    """
    purses: dict[RuleId, Purse] = {}
    periods = {rule.id: _memory_ns(rule) for rule in policy.rules}
    for paid in spendings:
        rule = RuleId(paid.rule)
        if rule in periods:
            past = replace(paid, at_ns=min(paid.at_ns, now_ns))
            purses[rule] = purses.get(rule, Purse()).pay(past, memory_ns=periods[rule])
    return Memory(purses)


def judge(policy: Policy, memory: Memory, *, context: FrameContext) -> tuple[Verdict, ...]:
    """Ask every rule; the matching ones come first, those of greater value before others."""
    facts = FrameFacts(context.signals, context.quality, context.draw, _elapsed_ns(memory, context))
    verdicts = [_verdict(rule, memory, facts=facts, now_ns=context.now_ns) for rule in policy.rules]
    return tuple(sorted(verdicts, key=lambda verdict: (not verdict.finding.matched, -verdict.value)))


def decide(policy: Policy, memory: Memory, *, context: FrameContext) -> tuple[Memory, Keep | Drop]:
    """Keep a frame if at least one rule matches and can pay.

    Drop reasons: ``rules.no_match``; ``rules.count_only``, when only such rules match; else what hinders the most
    valuable rule that would capture: ``rules.cooldown`` or ``rules.budget_frames``.
    """
    matched = [verdict for verdict in judge(policy, memory, context=context) if verdict.finding.matched]
    payers = [verdict for verdict in matched if verdict.rule.capture and verdict.obstacle is None]
    after = replace(memory, seen_ns=context.now_ns)
    if payers:
        return after, _keep(matched, payers, elapsed_ns=_elapsed_ns(memory, context))
    if not matched:
        return after, Drop("rules.no_match")
    hindered = (verdict.obstacle for verdict in matched if verdict.rule.capture)
    return after, Drop(next(hindered, None) or "rules.count_only")


def settle(
    policy: Policy, memory: Memory, *, keep: Keep, size: int, now_ns: int
) -> tuple[Memory, tuple[Spending, ...] | Drop]:
    """Let the payers pay, now that the size of the envelope is known.

    A payer that cannot afford it does not pay; the frame is dropped when nobody can: ``rules.budget_bytes``, or
    ``rules.budget_frames`` where frames decided meanwhile have used the budget up.

    Args:
        policy: the rules in force.
        memory: as ``decide`` left it, or later.
        keep: what ``decide`` said.
        size: bytes of the envelope.
        now_ns: when the frame was taken.
    """
    payers = [rule for rule in policy.rules if rule.id in keep.payers]
    open_frames = [rule for rule in payers if _purse(memory, rule).affords_frame(rule.limits, now_ns=now_ns)]
    able = [rule for rule in open_frames if _purse(memory, rule).affords_bytes(rule.limits, size, now_ns=now_ns)]
    if not able:
        return memory, Drop("rules.budget_bytes" if open_frames else "rules.budget_frames")
    spendings = {rule.id: Spending(rule.id, now_ns, 1, size) for rule in able}
    paid = {rule.id: _purse(memory, rule).pay(spendings[rule.id], memory_ns=_memory_ns(rule)) for rule in able}
    return replace(memory, purses={**memory.purses, **paid}), tuple(spendings.values())


def _verdict(rule: Rule, memory: Memory, *, facts: FrameFacts, now_ns: int) -> Verdict:
    finding = evaluate(rule.when, facts)
    purse, obstacle = _purse(memory, rule), None
    if cooling(purse, rule.pause_ns, now_ns=now_ns):
        obstacle = "rules.cooldown"
    elif not purse.affords_frame(rule.limits, now_ns=now_ns):
        obstacle = "rules.budget_frames"
    return Verdict(rule, finding, _worth(rule, finding), obstacle)


def _worth(rule: Rule, finding: Finding) -> float:
    """Weigh the strongest evidence of each signal; evidence is what held and does not stand under ``not``."""
    strongest: dict[str, float] = {}
    for evidence in finding.evidence():
        strongest[evidence.clause] = max(evidence.value, strongest.get(evidence.clause, 0.0))
    if rule.weights is None:
        return max(strongest.values(), default=0.0)
    return sum(rule.weights.get(signal, 0.0) * value for signal, value in strongest.items())


def _keep(matched: list[Verdict], payers: list[Verdict], *, elapsed_ns: int) -> Keep:
    """Write the decision down; both lists are not empty and in the order of value.

    All random rules share the frame's one draw, so a frame is drawn by any of them with the greatest of their
    probabilities.
    """
    chances = [
        inclusion_probability(payer.rule.when, elapsed_ns=elapsed_ns)
        for payer in payers
        if payer.rule.arm is Arm.RANDOM and isinstance(payer.rule.when, Lottery)
    ]
    return Keep(
        reasons=tuple(_reason(verdict) for verdict in matched),
        arm=Arm.RANDOM if chances else payers[0].rule.arm,
        inclusion_probability=max(chances, default=None),
        value=payers[0].value,
        priority=min(payer.rule.priority for payer in payers),
        payers=tuple(payer.rule.id for payer in payers),
    )


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


def _purse(memory: Memory, rule: Rule) -> Purse:
    return memory.purses.get(rule.id, Purse())


def _memory_ns(rule: Rule) -> int:
    return max(longest_ns(rule.limits), rule.pause_ns)


def _elapsed_ns(memory: Memory, context: FrameContext) -> int:
    return 0 if memory.seen_ns is None else context.now_ns - memory.seen_ns
