"""What rules cost, in figures: captures, bytes and minutes of labeling."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from askance.edge.decided import Around
from askance.edge.rules import Rule
from askance.edge.rules.lottery import Lottery
from askance.replay.account import Account, Counted, Kept, Tally
from askance.replay.advice import advice
from askance.replay.rulebook import mode
from askance.units import Rate
from askance.wire.identity import FrameId

FRAME_S: Final = 5.0
"""What looking at a frame costs a labeler, seconds: a design figure, the one of the benchmark of the selection."""
OBJECT_S: Final = 4.0
"""What an object in it costs beyond that, seconds: from the same place."""

_HOUR_S: Final = 3600
_DAY_S: Final = 86400
_OWN: Final = ("rules.cooldown", "rules.budget_frames", "rules.outdone", "rules.budget_bytes")
TITLES: Final = (
    "rule",
    "matched",
    "kept",
    "around",
    "cooldown",
    "frame budget",
    "outdone",
    "byte budget",
    "other",
    "per h",
    "MB/day",
    "label min",
    "overlap",
)


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What one rule did; a frame that several rules pay for counts in full for each of them.

    Attributes:
        rule: its id.
        version: the file's version and a hash of what it says.
        mode: ``capture`` or ``count_only``.
        arm: the part of the selection.
        matched: frames on which its condition held; ``kept`` and all of ``refused`` together.
        kept: frames that it paid for; like all that follows, of a rule that only counts what it would be if it paid.
        refused: the others by reason, e.g. ``rules.cooldown``.
        around: frames around those, see ``context``, that it paid for.
        bytes: of the envelopes that it paid for, of both.
        captures_per_hour: at the recordings' rate, as far as budgets and lottery go; None: their length is not known.
        mb_per_day: likewise, millions of bytes.
        label_minutes: what its frames, and those around them, cost a labeler.
        overlap: share of its frames that other rules matched too; None: it has none.
    """

    rule: str
    version: str
    mode: str
    arm: str
    matched: int
    kept: int
    refused: Mapping[str, int]
    around: int
    bytes: int
    captures_per_hour: float | None
    mb_per_day: float | None
    label_minutes: float
    overlap: float | None

    @property
    def row(self) -> tuple[str, ...]:
        """Its cells below ``TITLES``."""
        own = [str(self.refused.get(reason, 0)) for reason in _OWN]
        other = sum(count for reason, count in self.refused.items() if reason not in _OWN)
        return (
            self.rule,
            str(self.matched),
            self.told(str(self.kept)),
            self.told(str(self.around)),
            *own,
            str(other),
            self.told(_figure(self.captures_per_hour)),
            self.told(_figure(self.mb_per_day)),
            self.told(f"{self.label_minutes:.1f}"),
            "-" if self.overlap is None else f"{self.overlap:.0%}",
        )

    def told(self, figure: str) -> str:
        """Mark a figure that is only what it would be."""
        return figure if self.mode == "capture" else f"would {figure}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a set of rules did.

    Attributes:
        seconds: the length of the recordings.
        frames: all of them; ``kept`` and all of ``dropped`` together.
        dropped: frames that were let go, by reason, most frequent first.
        kept: frames that were stored for themselves.
        around: frames that were stored around them, see ``context``.
        bytes: of the envelopes of both.
        captures_per_hour: at the recordings' rate, as far as budgets go, each frame once; None: their length is not
            known.
        mb_per_day: likewise, millions of bytes.
        label_minutes: what both cost a labeler.
        rules: one by one.
        notes: what an operator should know beside.
    """

    seconds: float
    frames: int
    dropped: Mapping[str, int]
    kept: int
    around: int
    bytes: int
    captures_per_hour: float | None
    mb_per_day: float | None
    label_minutes: float
    rules: tuple[RuleFigures, ...]
    notes: tuple[str, ...]

    @property
    def summary(self) -> tuple[str, ...]:
        """The totals, a line each."""
        dropped = ", ".join(f"{reason} {count}" for reason, count in self.dropped.items()) or "none"
        beside = f" and {self.around} around them" if self.around else ""
        rates = f"{_figure(self.captures_per_hour)} captures/h, {_figure(self.mb_per_day)} MB/day"
        return (
            f"frames: {self.frames} in {self.seconds:.1f} s; dropped: {dropped}",
            f"kept: {self.kept}{beside}, {self.bytes / 1e6:.1f} MB, {self.label_minutes:.1f} label-minutes; {rates}",
        )


def report(account: Account, sizes: Mapping[FrameId, int], *, seconds: float, notes: Sequence[str]) -> Report:
    """Work the figures out.

    Args:
        account: what became of the frames.
        sizes: bytes of each frame that was stored.
        seconds: the length of the recordings.
        notes: what an operator should know beside.
    """
    rules = tuple(
        _rule(rule, account.tallies[rule.id], kept=_paid(account, rule), sizes=sizes, seconds=seconds)
        for rule in account.policy.rules
    )
    frames, size = _lasting(account, sizes, shares={rule.rule: _share(rule, seconds) for rule in rules})
    return Report(
        seconds=seconds,
        frames=account.seen,
        dropped={reason: count for reason, count in account.ends.most_common() if reason != "kept"},
        kept=len(account.kept),
        around=sum(len(frame.around) for frame in account.kept),
        bytes=sum(sizes.values()),
        captures_per_hour=_HOUR_S * frames / seconds if seconds else None,
        mb_per_day=_DAY_S / 1e6 * size / seconds if seconds else None,
        label_minutes=label_minutes(with_around(account.kept)),
        rules=rules,
        notes=(*notes, *advice(account)),
    )


def label_minutes(frames: Iterable[Kept | Counted | Around]) -> float:
    """Return what frames cost a labeler, minutes."""
    return sum(FRAME_S + OBJECT_S * frame.objects for frame in frames) / 60


def with_around(frames: Iterable[Kept]) -> Iterator[Kept | Around]:
    """Return frames that were kept, and those that were stored around them."""
    for frame in frames:
        yield frame
        yield from frame.around


def _share(rule: RuleFigures, seconds: float) -> float:
    """Return which share of the frames that a rule kept it keeps in the long run, see ``_pace``."""
    return min(1.0, (rule.captures_per_hour or 0.0) * seconds / (_HOUR_S * max(1, rule.kept)))


def _lasting(account: Account, sizes: Mapping[FrameId, int], *, shares: Mapping[str, float]) -> tuple[float, float]:
    """Return how many of the kept frames are kept in the long run, and the bytes of these and those around them.

    A frame that several rules pay for is one. Their budgets run out over the same frames, so it is kept as long as the
    one that lasts longest pays for it.
    """

    def lasts(frame: Kept | Around) -> float:
        return max((shares[rule] for rule in frame.payers), default=0.0)

    stored = ((frame.frame_id, lasts(frame)) for frame in with_around(account.kept))
    size = sum(share * sizes[frame_id] for frame_id, share in stored if frame_id is not None)
    return sum(map(lasts, account.kept)), size


def _paid(account: Account, rule: Rule) -> list[Kept]:
    return [frame for frame in account.kept if rule.id in frame.payers]


def _rule(
    rule: Rule, tally: Tally, *, kept: Sequence[Kept], sizes: Mapping[FrameId, int], seconds: float
) -> RuleFigures:
    taken = kept if rule.capture else tally.counted
    around = (
        [each for frame in kept for each in frame.around if rule.id in each.payers] if rule.capture else tally.around
    )
    stored = [frame.frame_id for frame in kept] + [each.frame_id for each in around if each.frame_id is not None]
    paid = sum(sizes[frame_id] for frame_id in stored) if rule.capture else tally.bytes
    shared = sum(bool(frame.matched - {rule.id}) for frame in taken)
    pace = _pace(len(taken), paid, rule=rule, seconds=seconds) if seconds else None
    return RuleFigures(
        rule=rule.id,
        version=rule.version,
        mode=mode(rule),
        arm=rule.arm,
        matched=tally.matched,
        kept=tally.kept,
        refused=dict(tally.refused.most_common()),
        around=len(around),
        bytes=paid,
        captures_per_hour=_times(pace, _HOUR_S),
        mb_per_day=_times(pace, _DAY_S / 1e6 * paid / max(1, len(taken))),
        label_minutes=label_minutes((*taken, *around)),
        overlap=shared / len(taken) if taken else None,
    )


def _pace(frames: int, paid: int, *, rule: Rule, seconds: float) -> float:
    """Return frames a second, cut to what the rule allows: a short recording does not meet the budget of a day."""
    paces, limits = [frames / seconds], rule.limits
    lots = rule.when.chance if isinstance(rule.when, Lottery) else None
    paces += [rate.amount / rate.period.total_seconds() for rate in (limits.frames, lots) if isinstance(rate, Rate)]
    if paid and limits.bytes is not None:
        paces.append(limits.bytes.amount / limits.bytes.period.total_seconds() / (paid / frames))
    return min(paces)


def _times(pace: float | None, factor: float) -> float | None:
    return None if pace is None else pace * factor


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
