"""How large rule files may be: whoever watches them must not stall, and a frame must not cost more than it may."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from askance.edge.rules import document as written
from askance.errors import ConfigError
from askance.settings import Place
from askance.units import format_bytes

MAX_BYTES: Final = 256 * 1024

MAX_CONDITIONS: Final = 128
"""Of all rules together, those that combine others included: a frame of 50 candidates then costs 3 to 5 ms."""

COSTLY: Final[Mapping[str, int]] = {"expected_errors": 8, "overlap": 4, "margin": 2}
"""As so many count those that cost more than a band, each for every set of classes (``benchmarks/cost.py``)."""


def size(condition: written.Condition) -> int:
    """Return how many conditions one counts as, itself included."""
    mine = sum(COSTLY.get(name, 1) for name, leaf in condition if leaf is not None)
    return mine + sum(map(size, condition.parts))


def refuse_many(rule: written.Rule, place: Place, *, conditions: int) -> None:
    """Refuse the rule with which there are too many conditions.

    Args:
        rule: it.
        place: where its condition is written.
        conditions: how many all rules have up to it, itself included.

    Raises:
        ConfigError: there are more than ``MAX_CONDITIONS``.
    """
    if conditions > MAX_CONDITIONS:
        costly = ", ".join(f"{name} counts as {number}" for name, number in COSTLY.items())
        raise ConfigError(
            f"{place}: rule {rule.id}: at most {MAX_CONDITIONS} conditions in all rules together: {conditions}, "
            f"of which {size(rule.when)} are in this rule; {costly}",
            hint="name several classes in one condition, and take out those that say the same",
        )


def refuse_giant(path: Path) -> None:
    """Refuse a file that would take seconds to read, only to be refused then for its number of rules.

    Raises:
        ConfigError: it is larger than ``MAX_BYTES``.
    """
    taken = path.stat().st_size if path.is_file() else 0
    if taken > MAX_BYTES:
        raise ConfigError(
            f"{path}: a rule file has at most {format_bytes(MAX_BYTES)}, got {taken}B",
            hint=f"at most {written.MAX_RULES} rules in all files together; join rules with `any`",
        )
