"""Whether a frame is kept, which rules pay for it and what it is worth; a pure function of rules, memory and frame."""

from collections.abc import Collection, Hashable, Mapping
from typing import Final, NamedTuple

from askance.edge.rules.context import FrameContext
from askance.edge.rules.document import RuleId
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.judgement import Verdict, verdicts
from askance.edge.rules.lottery import Lottery, inclusion_probability
from askance.edge.rules.memory import Memory
from askance.edge.rules.policy import Policy
from askance.edge.values import Drop, Keep, Payer
from askance.wire.capture import Arm, Reason
from askance.wire.identity import CameraId

_LONGEST_TEXT: Final = 240
_MOST_OBJECTS: Final = 64

# A frame that comes after a gap stands for no more time than this, else the one frame that ends a night without motion
# would be drawn for certain.
LONGEST_GAP_NS: Final = 60 * 10**9


class Decision(NamedTuple):
    """What the rules say of a frame.

    Attributes:
        outcome: whether it is kept.
        verdicts: of every rule in force, the matching ones first.
        facts: what they looked at.
        counting: the rules that only count, and would pay for it.
    """

    outcome: Keep | Drop
    verdicts: tuple[Verdict, ...]
    facts: FrameFacts
    counting: tuple[Payer, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is kept, or would be: every rule that matched, strongest first."""
        return tuple(_reason(verdict) for verdict in self.verdicts if verdict.finding.matched)

    def hinder(self, rules: Collection[RuleId], drop: Drop) -> "Decision":
        """Say why rules do not pay, although it seemed so."""
        verdicts = (each._replace(obstacle=drop.reason) if each.rule.id in rules else each for each in self.verdicts)
        return conclude(tuple(verdicts), self.facts)


def decide(policy: Policy, memory: Memory, *, context: FrameContext) -> tuple[Memory, Decision]:
    """Keep a frame if at least one rule matches and can pay.

    Drop reasons: ``rules.no_match``; ``rules.count_only``, when only such rules match; else what hinders the most
    valuable rule that would capture: ``rules.cooldown``, ``rules.alike`` to a kept frame, ``rules.budget_frames``, or,
    by better frames, ``rules.outdone``.
    """
    here = policy.at(context.where)
    facts = _facts(here, memory, context=context)
    found = verdicts(here, memory, facts=facts, context=context)
    after = Memory(
        purses=memory.purses,
        bars={**memory.bars, **{verdict.rule.id: verdict.bar for verdict in found}},
        marks=memory.marks,
        seen_ns={**memory.seen_ns, context.camera: context.taken_ns},
        held_ns=_held(here, memory, facts=facts, camera=context.camera),
        scenes=memory.scenes,
        trials=memory.trials,
    )
    return after, conclude(found, facts)


def conclude(found: tuple[Verdict, ...], facts: FrameFacts) -> Decision:
    """Keep a frame if a rule that matches would pay; the verdicts are ranked."""
    counting = tuple(
        _payer(verdict, elapsed_ns=facts.elapsed_ns)
        for verdict in found
        if verdict.finding.matched and not verdict.rule.capture and verdict.obstacle is None
    )
    return Decision(_outcome(found, elapsed_ns=facts.elapsed_ns), found, facts, counting)


def _outcome(found: tuple[Verdict, ...], *, elapsed_ns: int) -> Keep | Drop:
    matched = [verdict for verdict in found if verdict.finding.matched]
    payers = [verdict for verdict in matched if verdict.rule.capture and verdict.obstacle is None]
    if payers:
        reasons = tuple(_reason(verdict) for verdict in matched)
        return Keep(reasons, tuple(_payer(verdict, elapsed_ns=elapsed_ns) for verdict in payers))
    if not matched:
        return Drop("rules.no_match")
    hindered = (verdict.obstacle for verdict in matched if verdict.rule.capture)
    return Drop(next(hindered, None) or "rules.count_only")


def _facts(policy: Policy, memory: Memory, *, context: FrameContext) -> FrameFacts:
    return FrameFacts(
        signals=context.signals,
        quality=context.quality,
        draw=context.draw,
        elapsed_ns=_elapsed_ns(memory, context),
        taken_ns=context.taken_ns,
        local=context.local,
        readings=context.readings,
        asked=context.asked,
        novelty=memory.scene(context).novelty(context.looks) if policy.compares else 1.0,
        held_ns=memory.held_ns.get(context.camera, _NEVER),
    )


_NEVER: Final[Mapping[Hashable, int]] = {}


def _held(
    policy: Policy, memory: Memory, *, facts: FrameFacts, camera: CameraId
) -> Mapping[CameraId, Mapping[Hashable, int]]:
    """Note what inhibits in this frame."""
    now: dict[Hashable, int] = {
        clause: facts.taken_ns for clause in policy.inhibitors if clause.part.evaluate(facts).matched
    }
    return {**memory.held_ns, camera: {**facts.held_ns, **now}} if now else memory.held_ns


def _payer(verdict: Verdict, *, elapsed_ns: int) -> Payer:
    rule = verdict.rule
    chance = None
    if rule.arm is Arm.RANDOM and isinstance(rule.when, Lottery):
        chance = inclusion_probability(rule.when, elapsed_ns=elapsed_ns)
    return Payer(rule.id, verdict.value, rule.arm, rule.priority, chance, verdict.subjects)


def _reason(verdict: Verdict) -> Reason:
    strongest = verdict.finding.strongest()
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
