"""Rules in a few words each, as an operator checks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from askance.edge.rules import Policy, Rule
from askance.edge.rules.circumstances import DAYS, Asked, Fence, Hours, Reading
from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Fault, Inhibit, Not, Novel, measures, walk
from askance.edge.rules.idle import Idle
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.policy import Context
from askance.units import Rate, format_byte_budget, format_distance, format_duration, format_frame_budget

TITLES: Final = ("rule", "condition", "budget", "mode", "arm")
_LIVE: Final[Mapping[type, str]] = {Hours: "schedule", Reading: "signal", Fence: "geofence", Asked: "manual"}
_LIVE_SIGNALS: Final = frozenset({"unexpected_count"})  # no recording tells at which hour it was taken
_NAMED: Final = 3  # classes of a condition that are named; the others are counted


@dataclass(frozen=True, slots=True)
class Line:
    """One rule; what it does not say is None.

    Attributes:
        rule: its id.
        version: the file's version and a hash of what it says.
        condition: in short.
        frames: its budget of frames.
        bytes: its budget of bytes.
        cooldown: its pause.
        scene: how long it leaves alone what was kept.
        track: how long it leaves alone the objects that it has kept.
        zone: how long it leaves alone the zones that it has kept something of.
        slot: the stretch of time of which it keeps the best frames.
        context: which frames around those it keeps too.
        zones: the cameras that it has zones of.
        mode: ``capture`` or ``count_only``.
        arm: the part of the selection.
        expires: first day on which it no longer counts, ISO 8601.
        without_evidence: signals of its condition that the model cannot give.
        never: what of it never holds, a sentence each.
    """

    rule: str
    version: str
    condition: str
    frames: str | None
    bytes: str | None
    cooldown: str | None
    scene: str | None
    track: str | None
    zone: str | None
    slot: str | None
    context: str | None
    zones: tuple[str, ...]
    mode: str
    arm: str
    expires: str | None
    without_evidence: tuple[str, ...]
    never: tuple[str, ...]

    @property
    def row(self) -> tuple[str, ...]:
        """Its cells below ``TITLES``."""
        spent = [text for text in (self.frames, self.bytes) if text is not None]
        spent += [] if self.cooldown is None else [f"pause {self.cooldown}"]
        spent += [] if self.track is None else [f"track {self.track}"]
        spent += [] if self.zone is None else [f"zone {self.zone}"]
        spent += [] if self.scene is None else [f"scene {self.scene}"]
        spent += [] if self.slot is None else [f"best of {self.slot}"]
        spent += [] if self.context is None else [f"with {self.context}"]
        spent += [] if self.expires is None else [f"until {self.expires}"]
        condition = f"{self.condition}, in zones of {', '.join(self.zones)}" if self.zones else self.condition
        return self.rule, condition, ", ".join(spent) or "-", self.mode, self.arm


def describe(
    policy: Policy, names: Mapping[int, str], *, signals: frozenset[str] | None, never: Sequence[Idle] = ()
) -> tuple[Line, ...]:
    """Put every rule into a line.

    Args:
        policy: the rules.
        names: of the labels, by id.
        signals: those that can be answered with the model; None: no model was asked.
        never: what of them never holds.
    """
    return tuple(_line(rule, names, signals=signals, never=never) for rule in policy.rules)


def live_only(policy: Policy) -> tuple[str, ...]:
    """Name the conditions that recordings tell nothing of."""
    clauses = {type(part) for rule in policy.rules for part in walk(rule.when)}
    signals = {measure.signal for measure in policy.measures} & _LIVE_SIGNALS
    return (*(name for kind, name in _LIVE.items() if kind in clauses), *sorted(signals))


def condition(clause: Clause, names: Mapping[int, str]) -> str:
    """Write a condition in short, e.g. ``near_threshold(person 0.25-0.65) and not sharpness < 0.1``."""
    match clause:
        case All(parts) | AnyOf(parts):
            word = " and " if isinstance(clause, All) else " or "
            return word.join(_inner(part, names) for part in parts)
        case Not(part):
            return f"not {_inner(part, names)}"
        case Inhibit(part, after_ns):
            return f"not within {_duration(after_ns)} of {_inner(part, names)}"
        case Doubt():
            return _doubt(clause, names)
        case _:
            return _frame_wide(clause)


def mode(rule: Rule) -> str:
    """Say whether it captures, as rule files do."""
    return "capture" if rule.capture else "count_only"


def _line(rule: Rule, names: Mapping[int, str], *, signals: frozenset[str] | None, never: Sequence[Idle]) -> Line:
    missing = frozenset[str]() if signals is None else {wish.signal for wish in measures(rule.when)} - signals
    return Line(
        rule=rule.id,
        version=rule.version,
        condition=condition(rule.when, names),
        frames=None if rule.limits.frames is None else format_frame_budget(rule.limits.frames),
        bytes=None if rule.limits.bytes is None else format_byte_budget(rule.limits.bytes),
        cooldown=_duration(rule.pause_ns),
        scene=_duration(rule.scene_ns),
        slot=_duration(rule.slot_ns),
        context=None if rule.context is None else _around(rule.context),
        track=_duration(rule.track_ns),
        zone=_duration(rule.zone_ns),
        zones=tuple(sorted({zone.camera for zone in rule.zones})),
        mode=mode(rule),
        arm=rule.arm,
        expires=None if rule.expires is None else rule.expires.isoformat(),
        without_evidence=tuple(sorted(missing)),
        never=tuple(str(each) for each in never if each.rule == rule.id),
    )


def _inner(clause: Clause, names: Mapping[int, str]) -> str:
    text = condition(clause, names)
    joined = isinstance(clause, All | AnyOf) or (isinstance(clause, Fault) and " or " in text)
    return f"({text})" if joined else text


def _doubt(doubt: Doubt, names: Mapping[int, str]) -> str:
    wish = doubt.measure
    words: list[str] = []
    if wish.label_ids is not None:
        known = [names.get(label, str(label)) for label in sorted(wish.label_ids)]
        more = len(known) - _NAMED
        words.append("|".join(known[:_NAMED]) + (f"|+{more}" if more > 0 else ""))
    if wish.low is not None and wish.high is not None:
        words.append(f"{wish.low:g}-{wish.high:g}")
    of = f"({' '.join(words)})" if words else ""
    return f"{wish.signal}{of} >= {doubt.at_least:g}" if doubt.at_least else f"{wish.signal}{of}"


def _frame_wide(clause: Fault | Novel | Hours | Reading | Fence | Asked | Lottery) -> str:
    """Write a condition that is about no object."""
    match clause:
        case Novel(at_least):
            return f"novelty >= {at_least:g}"
        case Hours(days, from_min, to_min):
            named = "" if len(days) == len(DAYS) else f"{'|'.join(DAYS[day] for day in sorted(days))} "
            return f"{named}{_time(from_min)}-{_time(to_min)}"
        case Reading(name, above, below):
            return _band(name, above=above, below=below)
        case Fence((lat, lon), within_m):
            return f"within {format_distance(within_m)} of {lat:g}, {lon:g}"
        case Asked():
            return "asked for"
        case Fault():
            return _fault(clause)
        case Lottery(chance):
            return f"by lot, {format_frame_budget(chance)}" if isinstance(chance, Rate) else f"by lot, p = {chance:g}"


def _band(name: str, *, above: float | None, below: float | None) -> str:
    if below is None:
        return name if above is None else f"{name} > {above:g}"
    return f"{'' if above is None else f'{above:g} < '}{name} < {below:g}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _fault(fault: Fault) -> str:
    limits = (
        ("sharpness <", fault.sharpness_below),
        ("brightness <", fault.brightness_below),
        ("brightness >", fault.brightness_above),
        ("glare >", fault.glare_above),
        ("dirt >", fault.dirt_above),
        ("usual view <", fault.view_below),
    )
    return " or ".join(f"{name} {limit:g}" for name, limit in limits if limit is not None)


def _around(context: Context) -> str:
    sides = ((context.before_ns, "before"), (context.after_ns, "after"))
    reach = " and ".join(f"{_duration(side_ns)} {word}" for side_ns, word in sides if side_ns)
    return f"{reach} every {_duration(context.every_ns)}"


def _duration(nanoseconds: int) -> str | None:
    return format_duration(timedelta(microseconds=nanoseconds // 1000)) if nanoseconds else None
