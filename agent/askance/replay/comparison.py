"""What changes when one set of rules takes the place of another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from askance.replay.account import Kept, Place
from askance.replay.report import Report, RuleFigures, label_minutes, with_around

TITLES: Final = ("rule", "change", "matched", "kept", "refused", "per h", "MB/day", "label min")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule before and after; None where it is not there."""

    rule: str
    old: RuleFigures | None
    new: RuleFigures | None

    @property
    def change(self) -> str:
        """What was done to it: ``new``, ``gone``, ``changed`` or ``same``."""
        if self.old is None or self.new is None:
            return "new" if self.old is None else "gone"
        # the file's version alone does not make another rule
        return "same" if _hash(self.old) == _hash(self.new) else "changed"

    @property
    def row(self) -> tuple[str, ...]:
        """Its cells below ``TITLES``."""
        return (
            self.rule,
            self.change,
            self._step(lambda side: str(side.matched)),
            self._step(lambda side: side.told(str(side.kept))),
            self._step(lambda side: str(sum(side.refused.values()))),
            self._step(lambda side: side.told(_text(side.captures_per_hour))),
            self._step(lambda side: side.told(_text(side.mb_per_day))),
            self._step(lambda side: side.told(_text(side.label_minutes))),
        )

    def _step(self, figure: Callable[[RuleFigures], str]) -> str:
        return _joined(["-" if side is None else figure(side) for side in (self.old, self.new)])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of rules over the same frames.

    Attributes:
        only_old: frames that only the old rules keep, in the order of the recordings.
        only_new: those that only the new ones keep.
        both: those that both keep.
        only_old_minutes: of labeling that the new rules save.
        only_new_minutes: of labeling that they cost.
        rules: one by one, the old ones first.
        old: the old rules' figures.
        new: the new ones'.
    """

    only_old: tuple[Place, ...]
    only_new: tuple[Place, ...]
    both: tuple[Place, ...]
    only_old_minutes: float
    only_new_minutes: float
    rules: tuple[RuleChange, ...]
    old: Report
    new: Report

    @property
    def summary(self) -> tuple[str, ...]:
        """The totals, a line each."""
        frames = _step((self.old.kept, self.new.kept))
        megabytes = _step((self.old.bytes / 1e6, self.new.bytes / 1e6))
        minutes = _step((self.old.label_minutes, self.new.label_minutes))
        return (
            f"frames: {self.old.frames} in {self.old.seconds:.1f} s; kept by both: {len(self.both)}",
            f"only old keeps: {len(self.only_old)}, {self.only_old_minutes:.1f} label-minutes",
            f"only new keeps: {len(self.only_new)}, {self.only_new_minutes:.1f} label-minutes",
            f"kept in all: {frames} frames, {megabytes} MB, {minutes} label-minutes",
        )

    def json(self) -> Mapping[str, object]:
        """Return everything as JSON has it."""
        frames = {name: [place._asdict() for place in getattr(self, name)] for name in ("only_old", "only_new", "both")}
        changes = [{"change": change.change, **asdict(change)} for change in self.rules]
        minutes = {"only_old_minutes": self.only_old_minutes, "only_new_minutes": self.only_new_minutes}
        return {**frames, **minutes, "rules": changes, "old": asdict(self.old), "new": asdict(self.new)}


def compare(old: Sequence[Kept], new: Sequence[Kept], *, reports: Sequence[Report]) -> Comparison:
    """Hold what the old rules keep against what the new ones do.

    Args:
        old: the frames that the old rules keep.
        new: those that the new ones keep.
        reports: the figures of both.
    """
    before, after = ({frame.place: frame for frame in frames} for frames in (old, new))
    figures = [{rule.rule: rule for rule in each.rules} for each in reports]
    names = list(dict.fromkeys(name for rules in figures for name in rules))
    return Comparison(
        only_old=tuple(place for place in before if place not in after),
        only_new=tuple(place for place in after if place not in before),
        both=tuple(place for place in before if place in after),
        only_old_minutes=_minutes(before, without=after),
        only_new_minutes=_minutes(after, without=before),
        rules=tuple(RuleChange(name, figures[0].get(name), figures[1].get(name)) for name in names),
        old=reports[0],
        new=reports[1],
    )


def _minutes(frames: Mapping[Place, Kept], *, without: Mapping[Place, Kept]) -> float:
    return label_minutes(with_around(frame for place, frame in frames.items() if place not in without))


def _hash(figures: RuleFigures) -> str:
    return figures.version.rpartition("-")[2]


def _step(pair: Sequence[float | None]) -> str:
    return _joined([_text(value) for value in pair])


def _text(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.1f}"


def _joined(texts: Sequence[str]) -> str:
    return texts[0] if texts[0] == texts[1] else " -> ".join(texts)
