"""Why a rule did with a frame what it did: what spoke for a match, or which clause did not hold."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Not, Novel
from askance.edge.rules.digits import apart
from askance.edge.rules.document import RuleId
from askance.edge.rules.finding import Finding
from askance.edge.rules.judgement import Verdict
from askance.edge.values import Drop
from askance.wire.identity import FrameId

PAID: Final = "paid"
COUNTED: Final = "counted"
NO_MATCH: Final = "no_match"


@dataclass(frozen=True, slots=True)
class Why:
    """What one rule did with one frame.

    Attributes:
        rule: its id.
        outcome: ``paid``; ``counted``, where a rule that only counts would have; ``no_match``; or what kept it from
            paying, as drop reasons have it without their ``rules.``, e.g. ``cooldown``.
        value: what the frame was worth to it; 0 where it did not match.
        clause: the strongest that spoke for a match, or the first that did not hold, e.g. ``not quality``.
        text: the same in words.
    """

    rule: RuleId
    outcome: str
    value: float
    clause: str
    text: str


def explain(verdict: Verdict, payers: Collection[RuleId], *, ended: FrameId | Drop) -> Why:
    """Say why a rule did what it did.

    Args:
        verdict: what the rule said of the frame.
        payers: the rules that paid for it, or would have if they did not only count.
        ended: how the frame ended.
    """
    finding = verdict.finding
    strongest = finding.strongest()
    clause, text = (strongest.clause, strongest.text) if finding.matched else failing(verdict.rule.when, finding)
    return Why(verdict.rule.id, outcome(verdict, payers, ended=ended), verdict.value, clause, text)


def outcome(verdict: Verdict, payers: Collection[RuleId], *, ended: FrameId | Drop) -> str:
    """Name what came of a rule at a frame, see ``Why``."""
    if not verdict.finding.matched:
        return NO_MATCH
    if verdict.rule.id in payers:
        return PAID if verdict.rule.capture else COUNTED
    if not verdict.rule.capture:  # how the frame ended is of others; what it lost to are frames that it would take
        return (verdict.obstacle or "rules.outdone").removeprefix("rules.")
    # a frame that others paid for was not this rule's because its bytes cost too much; else what ended it hindered all
    reason = verdict.obstacle or (ended.reason if isinstance(ended, Drop) else "rules.budget_bytes")
    return reason.removeprefix("rules.")


def failing(clause: Clause, finding: Finding) -> tuple[str, str]:
    """Find what kept a clause from holding: the first part of ``all``, or the nearest one of ``any``.

    Args:
        clause: it.
        finding: what it found.

    Returns:
        The key of the part in the rule file, and its sentence.
    """
    match clause:
        case All(parts):
            # parts behind the first that did not hold need not have been evaluated
            return failing(*next(pair for pair in zip(parts, finding.parts, strict=False) if not pair[1].matched))
        case AnyOf(parts):
            return failing(*max(zip(parts, finding.parts, strict=False), key=lambda pair: pair[1].strength()))
        case Not():
            held = finding.parts[0].strongest()
            return f"not {held.clause}", held.text
        case Doubt(at_least=least) | Novel(at_least=least) if finding.value > 0:
            value, wanted = apart(finding.value, least, places=2)
            return finding.clause, f"{finding.text}: {value}, at least {wanted}"
        case _:
            return finding.clause, finding.text
