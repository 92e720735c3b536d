"""Rules pay for the frames that are kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from askance.edge.rules.budgets import Purse
from askance.edge.rules.cooldown import Marks, cooling
from askance.edge.rules.document import RuleId
from askance.edge.rules.judgement import Verdict
from askance.edge.rules.memory import Memory
from askance.edge.rules.policy import Policy
from askance.edge.values import Drop, Keep, Payer, Spending


def remember(policy: Policy, spendings: Iterable[Spending], *, now_ns: int) -> Memory:
    """Begin with what the store knows of earlier payments.

    A payment in the future was made in an earlier boot, or on the time line of a recording: it counts as made now,
    the latest that it can matter, so a restart never opens a budget early.
    """
    purses: dict[RuleId, Purse] = {}
    periods = {rule.account: policy.memory_ns(rule) for rule in policy.rules}
    for paid in spendings:
        rule = RuleId(paid.rule)
        if rule in periods:
            past = replace(paid, at_ns=min(paid.at_ns, now_ns))
            purses[rule] = purses.get(rule, Purse()).pay(past, memory_ns=periods[rule])
    return Memory(purses)


def defray(
    policy: Policy, memory: Memory, *, payers: Collection[RuleId], size: int, at_ns: int
) -> tuple[Memory, tuple[Spending, ...]]:
    """Let those who paid for a frame pay for one around it: its bytes, and no frame.

    Args:
        policy: the rules in force.
        memory: as the last payment left it.
        payers: they; who cannot afford it, or is no rule any more, does not pay.
        size: bytes of the envelope.
        at_ns: when it was taken.
    """
    rules = [rule for rule in policy.rules if rule.id in payers]
    able = [rule for rule in rules if memory.purse(rule.account).affords_bytes(rule.limits, size, now_ns=at_ns)]
    spent = {rule.account: Spending(rule.account, at_ns, 0, size) for rule in able}
    paid = {
        rule.account: memory.purse(rule.account).pay(spent[rule.account], memory_ns=policy.memory_ns(rule))
        for rule in able
    }
    return replace(memory, purses={**memory.purses, **paid}), tuple(spent.values())


def settle(policy: Policy, memory: Memory, *, keep: Keep, size: int, now_ns: int) -> tuple[Memory, Keep | Drop]:
    """Let the payers pay, now that the size of the envelope is known.

    A payer that cannot afford it does not pay, and the frame is not its any more: what is left of ``keep`` names those
    who paid. The frame is dropped when nobody can: ``rules.budget_bytes``, or, where another frame has been paid for
    since ``decide`` was asked, ``rules.budget_frames`` or ``rules.cooldown``.

    Args:
        policy: the rules in force.
        memory: as ``decide`` left it.
        keep: what ``decide`` said.
        size: bytes of the envelope.
        now_ns: when the frame was taken.
    """
    after, spent, obstacle = _pay(policy, memory, payers=keep.payers, size=size, now_ns=now_ns)
    settled = replace(keep, payers=tuple(payer for payer in keep.payers if payer.rule in spent)) if spent else obstacle
    return after, settled


def show(policy: Policy, memory: Memory, *, verdicts: Iterable[Verdict], now_ns: int) -> Memory:
    """Let all rules that pause for tracks leave alone whom a frame shows that was kept, whoever paid for it.

    Args:
        policy: the rules in force.
        memory: as the payment left it.
        verdicts: what the rules said of the frame.
        now_ns: when it was taken.
    """
    subjects = (subject for verdict in verdicts if verdict.finding.matched for subject in verdict.subjects)
    tracks = {subject for subject in subjects if isinstance(subject[-1], int)}  # places are of one rule's zones
    marks = {
        rule.account: memory.mark(rule.account).add(tracks, now_ns=now_ns, memory_ns=rule.marks_ns)
        for rule in policy.rules
        if rule.track_ns
    }
    return replace(memory, marks={**memory.marks, **marks})


def count(policy: Policy, memory: Memory, *, payer: Payer, size: int, now_ns: int) -> tuple[Memory, Spending | Drop]:
    """Let a rule that only counts pay, out of its own account and nobody else's, as ``settle`` would.

    Args:
        policy: the rules in force.
        memory: as ``decide`` left it.
        payer: the rule, and what the frame is to it.
        size: bytes of the envelope that the frame would be.
        now_ns: when it was taken.
    """
    after, spent, obstacle = _pay(policy, memory, payers=(payer,), size=size, now_ns=now_ns)
    return after, spent.get(payer.rule, obstacle)


def _pay(
    policy: Policy, memory: Memory, *, payers: Sequence[Payer], size: int, now_ns: int
) -> tuple[Memory, Mapping[str, Spending], Drop]:
    """Let those pay that can; return what they spent, by rule, and what hindered the last of the others."""
    rules = {rule.id: rule for rule in policy.rules}
    obstacle = "rules.budget_bytes"
    spent: dict[str, Spending] = {}
    paid: dict[RuleId, Purse] = {}
    marks: dict[RuleId, Marks] = {}
    for payer in payers:
        rule = rules[RuleId(payer.rule)]
        account, purse = rule.account, memory.purse(rule.account)
        if cooling(purse, rule.pause_ns, now_ns=now_ns):
            obstacle = "rules.cooldown"
        elif not purse.affords_frame(rule.limits, now_ns=now_ns):
            obstacle = "rules.budget_frames"
        elif purse.affords_bytes(rule.limits, size, now_ns=now_ns):
            spent[rule.id] = Spending(account, now_ns, 1, size)
            paid[account] = purse.pay(spent[rule.id], memory_ns=policy.memory_ns(rule))
            marks[account] = memory.mark(account).add(payer.subjects, now_ns=now_ns, memory_ns=rule.marks_ns)
    after = replace(memory, purses={**memory.purses, **paid}, marks={**memory.marks, **marks})
    return after, spent, Drop(obstacle)
