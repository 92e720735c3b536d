"""What keeps a rule from keeping anything, and what to do about it."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from askance.edge.rules import Rule
from askance.edge.rules.finding import CIRCUMSTANCES
from askance.replay.account import Account, Tally
from askance.units import Rate, format_byte_budget

_KB: Final = 1000
_BEYOND: Final = CIRCUMSTANCES | {"manual"}
"""Clauses that say nothing of what is seen: no recording tells of some, and chance decides on the others."""


def advice(account: Account) -> Iterator[str]:
    """Say of each rule that keeps nothing why it does not, as far as that lies in the rule.

    Args:
        account: what became of the frames.
    """
    for rule in account.policy.rules:
        tally = account.tallies[rule.id]
        yield from _unmatched(rule, tally)
        yield from _starved(rule, tally)


def _unmatched(rule: Rule, tally: Tally) -> Iterator[str]:
    """Say what did not hold, where a condition held on no frame."""
    if not tally.matched and not tally.failed.keys() <= _BEYOND:
        failed = ", ".join(f"`{clause}` in {count}" for clause, count in tally.failed.most_common())
        yield f"rule {rule.id} matched no frame; what did not hold: {failed}"


def _starved(rule: Rule, tally: Tally) -> Iterator[str]:
    """Say that a budget of bytes does not do for a single frame, and what would."""
    rate = rule.limits.bytes
    if not tally.kept and tally.smallest is not None and rate is not None:
        enough = format_byte_budget(Rate(_KB * ceil(tally.smallest / _KB), rate.period))
        yield (
            f"rule {rule.id}: its budget of bytes, {format_byte_budget(rate)}, is less than any frame that it would "
            f"keep; the smallest has {tally.smallest} bytes: write `bytes: {enough}`, or more"
        )
