"""What a start has found that an operator should know, in the log."""

import logging

from askance.edge.parts import today
from askance.edge.rules import Policy
from askance.edge.score import TEMPORAL, Lore
from askance.edge.store import Recovery

logger = logging.getLogger(__name__)


def say_findings(policy: Policy, recovery: Recovery, *, lore: Lore, signals: frozenset[str]) -> None:
    """Tell of rules and conditions without effect, and of what the store had to put right.

    Args:
        policy: the rules.
        recovery: of the store.
        lore: what signals know.
        signals: those that a model gives the evidence for.
    """
    for rule in policy.expired(today()):
        logger.warning("rule %s has expired", rule)
    known = signals | TEMPORAL | (frozenset() if lore.errors is None else {"expected_errors"})
    for wish in sorted({measure.signal for measure in policy.measures} - known):
        logger.warning("no model gives evidence for %s: conditions of that name never hold", wish)
    repaired = recovery.describe()
    if repaired is not None:
        logger.warning("store: %s", repaired)
