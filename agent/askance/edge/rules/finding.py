"""Whether a clause of a rule held, and why."""

from typing import Final, NamedTuple

NEGATIVE: Final = frozenset({"not", "inhibit"})
"""Clauses that hold where something else does not: nothing below them speaks for a match."""

CIRCUMSTANCES: Final = frozenset({"random", "schedule", "signal", "geofence"})
"""Clauses that say nothing of the picture: they are the reason only where nothing else is."""


class Finding(NamedTuple):
    """Whether a clause held, and why.

    Attributes:
        matched: whether it held.
        clause: its key in the rule file.
        value: how strongly, in [0, 1]; of a combination, its strongest evidence.
        text: a sentence for people.
        objects: indices into the detections.
        parts: the findings of its parts.
    """

    matched: bool
    clause: str
    value: float
    text: str
    objects: tuple[int, ...] = ()
    parts: tuple["Finding", ...] = ()

    def strength(self) -> tuple[bool, float]:
        """What findings are ordered by, the strongest last."""
        return self.clause not in CIRCUMSTANCES, self.value

    def evidence(self) -> list["Finding"]:
        """List the measured findings that speak for a match; what stands under ``not`` or ``inhibit`` never does."""
        if not self.matched or self.clause in NEGATIVE:
            return []
        return [found for part in self.parts for found in part.evidence()] if self.parts else [self]

    def strongest(self) -> "Finding":
        """Return the strongest evidence; the finding itself where there is none."""
        return max(self.evidence(), key=Finding.strength, default=self)
