"""Rules, their names resolved, and what they say at one camera."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from askance.edge.rules.budgets import Limits, longest_ns
from askance.edge.rules.circumstances import Asked
from askance.edge.rules.conditions import Clause, Inhibit, Novel, measures, positive, walk, within
from askance.edge.rules.context import Pose
from askance.edge.rules.document import RuleId
from askance.edge.values import Area, Measure, Polygon
from askance.edge.zones import WHOLE
from askance.settings import KeyPath, Place
from askance.wire.capture import Arm, Priority
from askance.wire.identity import CameraId


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of what a camera sees.

    Attributes:
        camera: which.
        preset: the pose that it was drawn for; None: every pose.
        include: objects that stand in it count; None: in all of the picture.
        exclude: but those that stand in this one do not; None: all do.
    """

    camera: CameraId
    preset: str | None
    include: Polygon | None
    exclude: Polygon | None


@dataclass(frozen=True, slots=True)
class Context:
    """How far the frames around a kept one reach, and how far apart they are, nanoseconds."""

    before_ns: int
    after_ns: int
    every_ns: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, its names resolved.

    Attributes:
        id: unique in the policy.
        version: the file's version and a hash of what the rule says, e.g. ``3-1f2e3d4c``.
        when: its condition.
        weights: what one unit of a signal adds to the value; None: the value is the strongest signal's.
        limits: its budgets.
        pause_ns: its cooldown; 0 without one.
        scene_ns: how long it leaves alone what looks like a frame that was kept; 0: not at all.
        slot_ns: the stretch of time of which it keeps the best frames; 0: it waits for no better one.
        context: which frames around a kept one are kept too; None: none.
        track_ns: how long it leaves alone the objects that it has kept; 0: not at all.
        zone_ns: how long it leaves alone the zones that it has kept something of; 0: not at all.
        capture: False for a rule that only counts.
        arm: the part of the selection that its frames belong to.
        priority: their class in the send order.
        expires: first day on which it no longer counts; None: never.
        zones: where objects count, of the cameras that have any.
        area: where they count at the camera that the rule is asked at, see ``at``; None: anywhere.
    """

    id: RuleId
    version: str
    when: Clause
    weights: Mapping[str, float] | None = None
    limits: Limits = field(default_factory=Limits)
    pause_ns: int = 0
    scene_ns: int = 0
    slot_ns: int = 0
    context: Context | None = None
    track_ns: int = 0
    zone_ns: int = 0
    capture: bool = True
    arm: Arm = Arm.UNCERTAINTY
    priority: Priority = Priority.DOUBTFUL
    expires: date | None = None
    zones: tuple[Zone, ...] = ()
    area: Area | None = None

    @property
    def account(self) -> RuleId:
        """Under which name its payments are remembered: those of a rule that only counts are no real ones."""
        return self.id if self.capture else RuleId(f"count_only:{self.id}")

    @property
    def scale(self) -> tuple[object, ...]:
        """What its values are made of: with another condition or other weights the same number says something else."""
        return self.when, self.weights, self.zones

    @property
    def marks_ns(self) -> int:
        """How far back it matters whom and where it has kept, in nanoseconds."""
        return max(self.track_ns, self.zone_ns)

    def in_force(self, today: date | None) -> bool:
        """Whether it counts on the day ``today``; None: nobody knows the day, and nothing expires."""
        return self.expires is None or today is None or today < self.expires

    def at(self, where: Pose) -> "Rule":
        """Return what the rule says at a camera, at one of its poses.

        At a camera that has no zone all of the picture counts; at one that has, in a pose without any, nothing does.
        Zones of one pose are joined: what stands in one of them counts, unless it stands in what one of them excludes.
        """
        camera, pose = where
        drawn = [zone for zone in self.zones if zone.camera == camera]
        if not drawn:
            return self
        here = [zone for zone in drawn if zone.preset in {None, pose}]
        include = tuple(zone.include for zone in here if zone.include is not None)
        exclude = tuple(zone.exclude for zone in here if zone.exclude is not None)
        area = Area(include or ((WHOLE,) if here else ()), exclude)
        return replace(self, when=within(self.when, area), area=area)


@dataclass(frozen=True)  # no slots: what can be said of all rules together is worked out once
class Policy:
    """All rules, in the order of the files.

    Attributes:
        rules: them.
        places: where each part of a rule is written, by the rule's id and the keys that lead to it.
    """

    rules: tuple[Rule, ...]
    places: Mapping[KeyPath, Place] = field(default_factory=dict[KeyPath, Place], compare=False, repr=False)

    @cached_property
    def measures(self) -> frozenset[Measure]:
        """What has to be measured on every frame."""
        return frozenset(measure for rule in self.rules for measure in measures(rule.when))

    @cached_property
    def inhibitors(self) -> frozenset[Inhibit]:
        """What has to be remembered of every frame."""
        return frozenset(part for rule in self.rules for part in walk(rule.when) if isinstance(part, Inhibit))

    @cached_property
    def compares(self) -> bool:
        """Whether a rule asks how little a frame looks like what was kept."""
        return any(
            "novelty" in (rule.weights or ()) or any(isinstance(part, Novel) for part in walk(rule.when))
            for rule in self.rules
        )

    @cached_property
    def on_request(self) -> tuple[Rule, ...]:
        """The rules that hold for a frame because somebody has asked for it, or not without that."""
        return tuple(rule for rule in self.rules if any(isinstance(part, Asked) for part in positive(rule.when)))

    @cached_property
    def follows(self) -> bool:
        """Whether a rule has to know who is who, beside what signals ask for."""
        return any(rule.track_ns for rule in self.rules)

    def at(self, where: Pose) -> "Policy":
        """Return what the rules say at a camera, at one of its poses; the same for all that no zone names."""
        camera, pose = where
        key = (camera if camera in self._cameras else None, pose if pose in self._presets else None)
        if key not in self._places:
            self._places[key] = Policy(tuple(rule.at(where) for rule in self.rules)) if key[0] is not None else self
        return self._places[key]

    def memory_ns(self, rule: Rule) -> int:
        """How far back the payments of one of the rules matter, in nanoseconds.

        A frame that has waited is paid for late, and not in order, and it may have waited in the slot of any rule.
        """
        before_ns = 0 if rule.context is None else rule.context.before_ns
        return max(longest_ns(rule.limits), rule.pause_ns, self._longest_slot_ns + before_ns)

    def place(self, path: KeyPath) -> Place | None:
        """Say where a part of a rule is written, or what is around it; None: rules of no file."""
        ends = range(len(path), 0, -1)
        return next((self.places[path[:end]] for end in ends if path[:end] in self.places), None)

    def scaled_as(self, before: "Policy") -> frozenset[RuleId]:
        """The rules that value frames as those of the same names did before, see ``Rule.scale``."""
        scales = {rule.id: rule.scale for rule in before.rules}
        return frozenset(rule.id for rule in self.rules if scales.get(rule.id) == rule.scale)

    def expired(self, today: date | None) -> tuple[RuleId, ...]:
        """The rules that do not count on the day ``today``."""
        return tuple(rule.id for rule in self.rules if not rule.in_force(today))

    @cached_property
    def _longest_slot_ns(self) -> int:
        return max((rule.slot_ns for rule in self.rules), default=0)

    @cached_property
    def _cameras(self) -> frozenset[CameraId]:
        return frozenset(zone.camera for rule in self.rules for zone in rule.zones)

    @cached_property
    def _presets(self) -> frozenset[str | None]:
        return frozenset(zone.preset for rule in self.rules for zone in rule.zones)

    @cached_property
    def _places(self) -> dict[tuple[CameraId | None, str | None], "Policy"]:
        """What ``at`` has found, no more than the zones have names."""
        return {}
