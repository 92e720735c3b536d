"""Conditions of rules, evaluated to a tree that says what held and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from askance.edge.outlook import CELLS, SETTLED_NS
from askance.edge.rules.circumstances import Asked, Fence, Hours, Reading
from askance.edge.rules.digits import apart
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding
from askance.edge.rules.lottery import Lottery
from askance.edge.values import Area, Measure, Quality

_DIRTY: Final = f"{{3}} of {CELLS} cells have shown nothing for {SETTLED_NS // (60 * 10**9)} min"
_ELSEWHERE: Final = "the camera looks elsewhere: {} of the usual view is left"
_SECOND_LOOKS: Final = frozenset({"second_look", "disagreement"})
_GOOD: Final = Finding(matched=False, clause="quality", value=0.0, text="the picture is good enough")


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Clause", ...]

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Evaluate every part, so that the tree is whole."""
        parts = tuple([part.evaluate(facts) for part in self.parts])
        failed = [part for part in parts if not part.matched]
        return _combine("all", parts, telling=failed or parts, matched=not failed)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Clause", ...]

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Evaluate every part, so that the tree is whole."""
        parts = tuple([part.evaluate(facts) for part in self.parts])
        held = [part for part in parts if part.matched]
        return _combine("any", parts, telling=held or parts, matched=bool(held))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold in this frame."""

    part: "Clause"

    @property
    def parts(self) -> tuple["Clause", ...]:
        """The part."""
        return (self.part,)

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Say the reverse of the part."""
        inner = self.part.evaluate(facts)
        return Finding(not inner.matched, "not", 0.0, f"not: {inner.text}", parts=(inner,))


@dataclass(frozen=True, slots=True)
class Inhibit:
    """The part does not hold in this frame, and has not for a while at this camera.

    Attributes:
        part: what inhibits.
        after_ns: for how long after it has held last, on the camera's time line.
    """

    part: "Clause"
    after_ns: int

    @property
    def parts(self) -> tuple["Clause", ...]:
        """The part."""
        return (self.part,)

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Look at this frame, and back at when the part held last; a time line that stepped back forgets that."""
        inner = self.part.evaluate(facts)
        held_ns = facts.taken_ns if inner.matched else facts.held_ns.get(self)
        ago_ns = -1 if held_ns is None else facts.taken_ns - held_ns
        if inner.matched or 0 <= ago_ns < self.after_ns:
            when = "now" if inner.matched else f"{ago_ns / 1e9:.1f} s ago"
            return Finding(matched=False, clause="inhibit", value=0.0, text=f"inhibited {when}", parts=(inner,))
        return Finding(matched=True, clause="inhibit", value=0.0, text=f"not inhibited: {inner.text}", parts=(inner,))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A signal is above 0 and reaches ``at_least``."""

    measure: Measure
    at_least: float

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Look the signal up; one that the model does not give holds never."""
        signal, name = facts.signals[self.measure], self.measure.signal
        if signal is None:
            return Finding(matched=False, clause=name, value=0.0, text=f"the model gives no {name}")
        value = signal.value
        return Finding(value > 0 and value >= self.at_least, name, value, signal.text, signal.objects)


@dataclass(frozen=True, slots=True)
class Fault:
    """The picture has one of these faults; None: not asked."""

    sharpness_below: float | None = None
    brightness_below: float | None = None
    brightness_above: float | None = None
    glare_above: float | None = None
    dirt_above: float | None = None
    view_below: float | None = None

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Find the worst fault: how far the measure lies beyond its limit, as a share of what is possible."""
        depth, text, measured, limit = max(self._depths(facts.quality))
        if depth <= 0:
            return _GOOD
        said = text.format(*apart(measured, limit, places=2), measured, round(measured * CELLS))
        return Finding(True, "quality", min(1.0, depth), said)

    def _depths(self, quality: Quality) -> Iterator[tuple[float, str, float, float]]:
        sharpness, brightness = quality.sharpness, quality.brightness
        if (limit := self.sharpness_below) is not None:
            yield 1 - sharpness / limit, "sharpness {}, below {}", sharpness, limit
        if (limit := self.brightness_below) is not None:
            yield 1 - brightness / limit, "brightness {}, below {}", brightness, limit
        if (limit := self.brightness_above) is not None:
            yield (brightness - limit) / (1 - limit), "brightness {}, above {}", brightness, limit
        if (limit := self.glare_above) is not None:
            yield (quality.glare - limit) / (1 - limit), "{2:.0%} of the picture is blinding", quality.glare, limit
        if (limit := self.dirt_above) is not None:
            yield (quality.dirt - limit) / (1 - limit), _DIRTY, quality.dirt, limit
        if (limit := self.view_below) is not None:
            yield 1 - quality.view / limit, _ELSEWHERE, quality.view, limit


@dataclass(frozen=True, slots=True)
class Novel:
    """The frame looks unlike all that were kept lately."""

    at_least: float

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Compare the frame's novelty."""
        novelty = facts.novelty
        text = f"looks unlike what was kept by {novelty:.2f}"
        return Finding(novelty > 0 and novelty >= self.at_least, "novelty", novelty, text)


Clause: TypeAlias = All | AnyOf | Not | Inhibit | Doubt | Fault | Novel | Hours | Reading | Fence | Asked | Lottery


def walk(clause: Clause) -> Iterator[Clause]:
    """List a clause and all that stands in it."""
    yield clause
    if isinstance(clause, All | AnyOf | Not | Inhibit):
        for part in clause.parts:
            yield from walk(part)


def positive(clause: Clause) -> Iterator[Clause]:
    """List a clause and all that stands in it, but for what has not to hold."""
    yield clause
    if isinstance(clause, All | AnyOf):
        for part in clause.parts:
            yield from positive(part)


def late(clause: Clause) -> bool:
    """Whether a clause cannot hold before the frame has been looked at a second time."""
    match clause:
        case Doubt(measure):
            return measure.signal in _SECOND_LOOKS
        case All(parts):
            return any(map(late, parts))
        case AnyOf(parts):
            return all(map(late, parts))
        case _:
            return False


def measures(clause: Clause) -> Iterator[Measure]:
    """List what has to be measured before the clause can be evaluated."""
    return (part.measure for part in walk(clause) if isinstance(part, Doubt))


def within(clause: Clause, area: Area | None) -> Clause:
    """Return the clause with every measure confined to an area; None: not confined."""
    match clause:
        case All(parts):
            return All(tuple(within(part, area) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(within(part, area) for part in parts))
        case Not(part):
            return Not(within(part, area))
        case Inhibit(part, after_ns):
            return Inhibit(within(part, area), after_ns)
        case Doubt(measure, at_least):
            return Doubt(measure._replace(area=area), at_least)
        case _:
            return clause


def _combine(clause: str, parts: tuple[Finding, ...], *, telling: Sequence[Finding], matched: bool) -> Finding:
    """Let the strongest of the parts that decided it speak for all."""
    strongest = telling[0] if len(telling) == 1 else max(telling, key=Finding.strength)
    return Finding(matched, clause, strongest.value, strongest.text, strongest.objects, parts)
