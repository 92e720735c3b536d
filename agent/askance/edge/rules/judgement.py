"""What each rule says of one frame: whether it matches, what the frame is worth to it, and what hinders it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from askance.edge.rules.bar import Bar
from askance.edge.rules.context import FrameContext
from askance.edge.rules.cooldown import cooling, places, tracks
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding
from askance.edge.rules.memory import Memory
from askance.edge.rules.policy import Policy, Rule
from askance.edge.values import Subject


class Past:
    """What was before a frame; ``compares`` says whether a rule asks how little it looks like that."""

    def __init__(self, memory: Memory, context: FrameContext, *, compares: bool = False) -> None:
        self.memory = memory
        self._compares = compares
        self._context = context

    @cached_property
    def age_ns(self) -> int | None:
        """How long ago a frame was kept that is alike, nanoseconds; worked out when the first rule asks."""
        return self.memory.age_ns(self._context)

    def facts_of(self, rule: Rule, facts: FrameFacts) -> FrameFacts:
        """What a rule may look at: to one that only counts nothing is new that it would have kept."""
        if rule.capture or not self._compares or (rule.id, self._context.where) not in self.memory.trials:
            return facts
        return replace(facts, novelty=self.memory.scene(self._context, rule.id).novelty(self._context.looks))

    def age_of(self, rule: Rule) -> int | None:
        """The same as a rule has to see it: for one that only counts what it would have kept was kept."""
        return self.age_ns if rule.capture else self.memory.age_ns(self._context, rule.id)


class Verdict(NamedTuple):
    """What one rule says of one frame.

    Attributes:
        rule: it.
        finding: whether its condition holds, and why.
        value: what the frame is worth to it.
        obstacle: why it does not pay, where it matches; None: nothing hinders it.
        bar: what it has seen, this frame included.
        subjects: whom and where the frame is about, as far as the rule pauses for that.
        novelty: how little the frame looks like what was kept, or would have been by a rule that only counts.
    """

    rule: Rule
    finding: Finding
    value: float
    obstacle: str | None
    bar: Bar
    subjects: tuple[Subject, ...] = ()
    novelty: float = 1.0


def verdicts(policy: Policy, memory: Memory, *, facts: FrameFacts, context: FrameContext) -> tuple[Verdict, ...]:
    """Ask every rule in force; the matching ones come first, those of greater value before others.

    Args:
        policy: the rules as they read at the camera.
        memory: what was before.
        facts: what conditions may look at.
        context: the frame.
    """
    rules = [rule for rule in policy.rules if rule.in_force(context.today)]
    past = Past(memory, context, compares=policy.compares)
    return ranked([_verdict(rule, past, facts=facts, context=context) for rule in rules])


def ranked(found: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Put the matching ones first, and of those the ones of greater value before others."""
    return tuple(sorted(found, key=lambda verdict: (not verdict.finding.matched, -verdict.value)))


def reweigh(verdict: Verdict, facts: FrameFacts) -> Verdict:
    """Ask a rule once more about a frame that it would keep, or that others would; one that is hindered stays so."""
    finding = verdict.rule.when.evaluate(replace(facts, novelty=verdict.novelty))
    value = _worth(verdict.rule, finding, novelty=verdict.novelty) if finding.matched else 0.0
    obstacle = verdict.obstacle if verdict.finding.matched or not finding.matched else "rules.second_look"
    return verdict._replace(finding=finding, value=value, obstacle=obstacle)


def recall(found: Iterable[Verdict], memory: Memory, *, context: FrameContext) -> tuple[Verdict, ...]:
    """Ask the rules that nothing hinders whether they pause by now: others were kept while the frame has waited."""
    past = Past(memory, context)
    return tuple(_recalled(verdict, past, context=context) for verdict in found)


def _recalled(verdict: Verdict, past: Past, *, context: FrameContext) -> Verdict:
    if not verdict.finding.matched or verdict.obstacle is not None:
        return verdict
    _, obstacle = _pause(verdict.rule, past, finding=verdict.finding, context=context)
    return verdict._replace(obstacle=obstacle)


def _verdict(rule: Rule, past: Past, *, facts: FrameFacts, context: FrameContext) -> Verdict:
    facts = past.facts_of(rule, facts)
    finding, bar = rule.when.evaluate(facts), past.memory.bar(rule.id).look(context.now_ns)
    if not finding.matched:
        return Verdict(rule, finding, 0.0, None, bar, novelty=facts.novelty)
    value = _worth(rule, finding, novelty=facts.novelty)
    subjects, pause = _pause(rule, past, finding=finding, context=context)
    if rule.limits.frames is not None and pause is None:  # what it cannot have is no measure for what it can
        bar = bar.note(value, rate=rule.limits.frames, pause_ns=rule.pause_ns, now_ns=context.now_ns)
    obstacle = pause or _poverty(rule, past.memory, bar=bar, value=value, now_ns=context.now_ns)
    return Verdict(rule, finding, value, obstacle, bar, subjects, facts.novelty)


def _pause(
    rule: Rule, past: Past, *, finding: Finding, context: FrameContext
) -> tuple[tuple[Subject, ...], str | None]:
    """Name whom and where a frame is about, and say what of late keeps the rule from it."""
    if cooling(past.memory.purse(rule.account), rule.pause_ns, now_ns=context.now_ns):
        return (), "rules.cooldown"
    subjects, known = _marked(rule, past, finding=finding, context=context) if rule.marks_ns else ((), False)
    obstacle = None
    if known:
        obstacle = "rules.cooldown"
    elif rule.scene_ns and (kept_ns := past.age_of(rule)) is not None and kept_ns < rule.scene_ns:
        obstacle = "rules.alike"
    return subjects, obstacle


def _marked(rule: Rule, past: Past, *, finding: Finding, context: FrameContext) -> tuple[tuple[Subject, ...], bool]:
    """Name whom and where a frame is about, and say whether the rule has kept nothing else of late."""
    objects, marks = finding.strongest().objects, past.memory.mark(rule.account)
    followed = tracks(objects, context.view, where=context.where) if rule.track_ns else ()
    stood = places(objects, context.view, where=context.where, area=rule.area) if rule.zone_ns else ()
    known = marks.known(followed, rule.track_ns, now_ns=context.now_ns)
    known = known or marks.known([{place} for place in stood], rule.zone_ns, now_ns=context.now_ns)
    return (*frozenset[Subject]().union(*followed), *stood), known


def _poverty(rule: Rule, memory: Memory, *, bar: Bar, value: float, now_ns: int) -> str | None:
    """Say why a rule cannot spend a frame of its budget, or saves it for a better one."""
    if rule.limits.frames is None:
        return None
    if not memory.purse(rule.account).affords_frame(rule.limits, now_ns=now_ns):
        return "rules.budget_frames"
    return "rules.outdone" if value < bar.height(rate=rule.limits.frames, now_ns=now_ns) else None


def _worth(rule: Rule, finding: Finding, *, novelty: float) -> float:
    """Weigh the strongest evidence of each signal; evidence is what held and does not stand under ``not``."""
    if rule.weights is None:
        return finding.strongest().value
    strongest = {"novelty": novelty}
    for evidence in finding.evidence():
        strongest[evidence.clause] = max(evidence.value, strongest.get(evidence.clause, 0.0))
    return sum([rule.weights.get(signal, 0.0) * value for signal, value in strongest.items()])
