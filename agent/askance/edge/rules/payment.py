"""Rules pay for the frames that are kept."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from askance.edge.rules.budgets import Purse
from askance.edge.rules.cooldown import Marks, cooling
from askance.edge.rules.document import RuleId
from askance.edge.rules.memory import Memory
from askance.edge.rules.policy import Policy
from askance.edge.values import Drop, Keep, Spending


def remember(policy: Policy, spendings: Iterable[Spending], *, now_ns: int) -> Memory:
    """Begin with what the store knows of earlier payments.

    A payment in the future was made in an earlier boot, or on the time line of a recording: it counts as made now,
    the latest that it can matter, so a restart never opens a budget early.
    """
    purses: dict[RuleId, Purse] = {}
    periods = {rule.id: rule.memory_ns for rule in policy.rules}
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
    able = [rule for rule in rules if memory.purse(rule.id).affords_bytes(rule.limits, size, now_ns=at_ns)]
    spent = {rule.id: Spending(rule.id, at_ns, 0, size) for rule in able}
    paid = {rule.id: memory.purse(rule.id).pay(spent[rule.id], memory_ns=rule.memory_ns) for rule in able}
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
    rules = {rule.id: rule for rule in policy.rules}
    obstacle = "rules.budget_bytes"
    paid: dict[RuleId, Purse] = {}
    marks: dict[RuleId, Marks] = {}
    for payer in keep.payers:
        rule = rules[RuleId(payer.rule)]
        purse = memory.purse(rule.id)
        if cooling(purse, rule.pause_ns, now_ns=now_ns):
            obstacle = "rules.cooldown"
        elif not purse.affords_frame(rule.limits, now_ns=now_ns):
            obstacle = "rules.budget_frames"
        elif purse.affords_bytes(rule.limits, size, now_ns=now_ns):
            paid[rule.id] = purse.pay(Spending(rule.id, now_ns, 1, size), memory_ns=rule.memory_ns)
            marks[rule.id] = memory.mark(rule.id).add(payer.subjects, now_ns=now_ns, memory_ns=rule.marks_ns)
    if not paid:
        return memory, Drop(obstacle)
    settled = replace(keep, payers=tuple(payer for payer in keep.payers if payer.rule in paid))
    return replace(memory, purses={**memory.purses, **paid}, marks={**memory.marks, **marks}), settled
