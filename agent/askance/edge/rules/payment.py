"""Rules pay for the frames that are kept."""

from collections.abc import Iterable
from dataclasses import replace

from askance.edge.rules.budgets import Purse
from askance.edge.rules.document import RuleId
from askance.edge.rules.policy import Memory, Policy
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


def settle(policy: Policy, memory: Memory, *, keep: Keep, size: int, now_ns: int) -> tuple[Memory, Keep | Drop]:
    """Let the payers pay, now that the size of the envelope is known.

    A payer that cannot afford it does not pay, and the frame is not its any more: what is left of ``keep`` names those
    who paid. The frame is dropped when nobody can: ``rules.budget_bytes``.

    Args:
        policy: the rules in force.
        memory: as ``decide`` left it.
        keep: what ``decide`` said.
        size: bytes of the envelope.
        now_ns: the moment of the decision.
    """
    rules = {rule.id: rule for rule in policy.rules}
    paid: dict[RuleId, Purse] = {}
    for payer in keep.payers:
        rule = rules[RuleId(payer.rule)]
        purse = memory.purse(rule.id)
        if purse.affords_bytes(rule.limits, size, now_ns=now_ns):
            paid[rule.id] = purse.pay(Spending(rule.id, now_ns, 1, size), memory_ns=rule.memory_ns)
    if not paid:
        return memory, Drop("rules.budget_bytes")
    settled = replace(keep, payers=tuple(payer for payer in keep.payers if payer.rule in paid))
    return replace(memory, purses={**memory.purses, **paid}), settled
