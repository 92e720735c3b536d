"""What a row of the speed table promises, and what became of it: medians of ratios, their spread, and the verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Verdict(StrEnum):
    """How a row ended."""

    MET = "met"
    MISSED = "missed"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: short, as people ask for it.
        what: what is divided by what.
        unit: of the two figures that are compared.
        bar: of the ratio, or of our own figure where there is no other; None: only reported.
        at_least: whether more is better; else the bar is what it may reach at most.
    """

    name: str
    what: str
    unit: str
    bar: float | None = None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of a row.

    Attributes:
        ours: the agent's figure.
        other: what it is divided by, measured right before or after; None: the figure stands for itself.
    """

    ours: float
    other: float | None = None

    def __post_init__(self) -> None:
        if self.other is not None and self.other <= 0:
            raise ValueError(f"expected a figure above 0 to divide by, got {self.other}")

    @property
    def value(self) -> float:
        """The ratio, or the figure itself."""
        return self.ours if self.other is None else self.ours / self.other


@dataclass(frozen=True, slots=True)
class Result:
    """A row with all its rounds; at least one."""

    row: Row
    samples: tuple[Sample, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """What each round gave, in order."""
        return tuple(sample.value for sample in self.samples)

    @property
    def median(self) -> float:
        """The middle of the rounds' values: a round that something disturbed does not move it far."""
        return median(self.values)

    @property
    def ours(self) -> float:
        """The middle of our own figures."""
        return median(sample.ours for sample in self.samples)

    @property
    def other(self) -> float | None:
        """The middle of the other's figures."""
        figures = [sample.other for sample in self.samples if sample.other is not None]
        return median(figures) if figures else None

    @property
    def verdict(self) -> Verdict:
        """Whether the median reaches the bar, or stays below it."""
        if self.row.bar is None:
            return Verdict.REPORTED
        met = self.median >= self.row.bar if self.row.at_least else self.median <= self.row.bar
        return Verdict.MET if met else Verdict.MISSED


Samples = Mapping[str, Sample]


def collect(rows: Sequence[Row], rounds: Iterable[Samples]) -> list[Result]:
    """Gather what the rounds gave by row; rows that no round speaks of are left out."""
    found: dict[str, list[Sample]] = {row.name: [] for row in rows}
    for samples in rounds:
        for name, sample in samples.items():
            found[name].append(sample)
    return [Result(row, tuple(found[row.name])) for row in rows if found[row.name]]
