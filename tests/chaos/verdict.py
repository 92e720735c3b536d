"""What a scenario of the campaign found, as one value that adds up over its parts and rounds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

COUNTS: Final = ("lost", "duplicated", "stuck")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one part of a scenario.

    Attributes:
        scenario: its number in the campaign, as "R3".
        title: what was broken, in a few words.
        trials: how often it was broken: kills, power cuts, schedules, payloads.
        lost: frames that a device had promised and that neither device nor centre holds.
        duplicated: frames that stand in the catalog or the queue twice.
        stuck: frames that were still under way, or staged, after the quiet at the end.
        wrong: everything else that may not be, in words; each counts as a failure.
        controls: what was broken on purpose (a mutant, a store without fsync), and whether the scenario noticed.
        figures: what was measured beside, by name; of two parts' the greater one counts, so the greater is the worse.
        amounts: how much there was of what, by name, as frames or kills of a kind; they add up.
    """

    scenario: str
    title: str
    trials: int
    lost: int = 0
    duplicated: int = 0
    stuck: int = 0
    wrong: tuple[str, ...] = ()
    controls: Mapping[str, bool] = field(default_factory=dict[str, bool])
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    amounts: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def failures(self) -> list[str]:
        """Everything that speaks against it; empty when the scenario passed."""
        counted = [f"{name}: {count}" for name in COUNTS if (count := getattr(self, name))]
        missed = [f"not caught: {control}" for control, caught in self.controls.items() if not caught]
        return [*counted, *missed, *self.wrong, *([] if self.trials else ["nothing was tried"])]

    def __add__(self, other: "Verdict") -> "Verdict":
        """Join two parts of a scenario, or two rounds of it."""
        assert self.scenario == other.scenario, f"{self.scenario} and {other.scenario} are two scenarios"
        names = sorted({*self.figures, *other.figures})
        worst = {name: max(part.figures[name] for part in (self, other) if name in part.figures) for name in names}
        counted = sorted({*self.amounts, *other.amounts})
        seen = sorted({*self.controls, *other.controls})
        caught = {name: self.controls.get(name, True) and other.controls.get(name, True) for name in seen}
        return Verdict(
            self.scenario,
            "; ".join(dict.fromkeys(filter(None, [*self.title.split("; "), *other.title.split("; ")]))),
            self.trials + other.trials,
            lost=self.lost + other.lost,
            duplicated=self.duplicated + other.duplicated,
            stuck=self.stuck + other.stuck,
            wrong=(*self.wrong, *other.wrong),
            controls=caught,
            figures=worst,
            amounts={name: sum(part.amounts.get(name, 0) for part in (self, other)) for name in counted},
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        mappings = {name: dict(getattr(self, name)) for name in ("controls", "figures", "amounts")}
        return {**asdict(self), **mappings}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` wrote."""
        changed: dict[str, Any] = {**values, "wrong": tuple(values["wrong"])}
        return cls(**changed)
