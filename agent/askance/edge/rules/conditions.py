"""Conditions of rules, evaluated to a tree that says what held and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from askance.edge.rules.lottery import Lottery, draws
from askance.edge.values import Measure, Quality, SignalValues


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Clause"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A signal is above 0 and reaches ``at_least``."""

    measure: Measure
    at_least: float


@dataclass(frozen=True, slots=True)
class Fault:
    """The picture has one of these faults; None: not asked."""

    sharpness_below: float | None
    brightness_below: float | None
    brightness_above: float | None


Clause: TypeAlias = All | AnyOf | Not | Doubt | Fault | Lottery


def measures(clause: Clause) -> Iterator[Measure]:
    """List what has to be measured before the clause can be evaluated."""
    match clause:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from measures(part)
        case Not(part):
            yield from measures(part)
        case Doubt(measure, _):
            yield measure
        case _:  # a fault or a lottery measures nothing of its own
            pass


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What conditions may look at.

    Attributes:
        signals: the answers to ``Policy.measures``.
        quality: what the gate measured.
        draw: a random number, uniform in [0, 1), drawn for this frame.
        elapsed_ns: the time that the frame stands for; 0 for a camera's first.
    """

    signals: SignalValues
    quality: Quality
    draw: float
    elapsed_ns: int


@dataclass(frozen=True, slots=True)
class Finding:
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

    def evidence(self) -> Iterator["Finding"]:
        """List the measured findings that speak for a match; what stands under ``not`` never does."""
        if not self.matched or self.clause == "not":
            return
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.evidence()


def evaluate(clause: Clause, facts: FrameFacts) -> Finding:
    """Evaluate a clause; every part is evaluated, so that the tree is whole."""
    match clause:
        case All(parts):
            return _combine("all", tuple(evaluate(part, facts) for part in parts), needed=len(parts))
        case AnyOf(parts):
            return _combine("any", tuple(evaluate(part, facts) for part in parts), needed=1)
        case Not(part):
            inner = evaluate(part, facts)
            return Finding(not inner.matched, "not", 0.0, f"not: {inner.text}", parts=(inner,))
        case Doubt(measure, at_least):
            return _doubt(measure, at_least, facts=facts)
        case Fault():
            return _fault(clause, facts.quality)
        case _:  # Lottery
            won = draws(clause, facts.draw, elapsed_ns=facts.elapsed_ns)
            return Finding(won, "random", float(won), "drawn by lot" if won else "not drawn by lot")


def _combine(clause: str, parts: tuple[Finding, ...], *, needed: int) -> Finding:
    matched = sum(part.matched for part in parts) >= needed
    telling = [part for part in parts if part.matched == matched]
    strongest = max(telling, key=lambda part: part.value)
    return Finding(matched, clause, strongest.value, strongest.text, strongest.objects, parts)


def _doubt(measure: Measure, at_least: float, *, facts: FrameFacts) -> Finding:
    signal = facts.signals[measure]
    if signal is None:
        return Finding(matched=False, clause=measure.signal, value=0.0, text=f"the model gives no {measure.signal}")
    matched = signal.value > 0 and signal.value >= at_least
    return Finding(matched, measure.signal, signal.value, signal.text, signal.objects)


def _fault(fault: Fault, quality: Quality) -> Finding:
    """Find the worst fault: how far the measure lies beyond its limit, as a share of what is possible."""
    depths: list[tuple[float, str]] = []
    if fault.sharpness_below is not None:
        depth = 1 - quality.sharpness / fault.sharpness_below
        depths.append((depth, f"sharpness {quality.sharpness:.2f}, below {fault.sharpness_below:.2f}"))
    if fault.brightness_below is not None:
        depth = 1 - quality.brightness / fault.brightness_below
        depths.append((depth, f"brightness {quality.brightness:.2f}, below {fault.brightness_below:.2f}"))
    if fault.brightness_above is not None:
        depth = (quality.brightness - fault.brightness_above) / (1 - fault.brightness_above)
        depths.append((depth, f"brightness {quality.brightness:.2f}, above {fault.brightness_above:.2f}"))
    worst, text = max(depths)
    if worst <= 0:
        return Finding(matched=False, clause="quality", value=0.0, text="the picture is good enough")
    return Finding(matched=True, clause="quality", value=min(1.0, worst), text=text)
