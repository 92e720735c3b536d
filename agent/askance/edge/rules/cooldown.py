"""The pause of a rule after it has paid for a frame."""

from askance.edge.rules.budgets import Purse


def cooling(purse: Purse, pause_ns: int, *, now_ns: int) -> bool:
    """Whether the rule paid less than ``pause_ns`` nanoseconds ago.

    It is read from what the rule has paid, so it survives a restart as the budget does.
    """
    return bool(purse.near(now_ns, within_ns=pause_ns))
