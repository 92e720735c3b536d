"""What a rule file may say: the keys, their types and their bounds."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal, NewType, Self

from pydantic import ConfigDict, Field, FiniteFloat, model_validator

from askance.edge.rules.allowance import Budget, Cooldown, Surroundings
from askance.edge.rules.leaves import (
    Doubtful,
    Geofence,
    Manual,
    NearThreshold,
    Novelty,
    QualityFaults,
    RandomDraw,
    ReadingBand,
    Schedule,
)
from askance.edge.rules.zoning import ZoneSection
from askance.sections import Section
from askance.units import Span
from askance.wire.capture import Arm

RuleId = NewType("RuleId", str)

# A manifest carries at most so many reasons, and every rule that matches is one.
MAX_RULES: Final = 32

MAX_DEPTH: Final = 16
MAX_ZONES: Final = 64

_PLACELESS: Final = frozenset({"quality", "novelty", "random", "schedule", "signal", "geofence", "manual"})
"""Conditions that are about no object, so that zones mean nothing to them."""


class Inhibit(Section):
    """While the condition holds, and for a while after, the rule does not match; ``not`` looks at one frame alone."""

    when: "Condition"
    for_: Annotated[
        Span,
        Field(alias="for", description="how long after it held last, at the same camera; `not` asks no other frame"),
    ]


class Condition(Section):
    """One condition: exactly one of these keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    every: Annotated[
        tuple["Condition", ...] | None, Field(alias="all", min_length=1, description="all of them hold")
    ] = None
    some: Annotated[
        tuple["Condition", ...] | None, Field(alias="any", min_length=1, description="at least one of them holds")
    ] = None
    negated: Annotated["Condition | None", Field(alias="not", description="it does not hold")] = None
    inhibit: Annotated[Inhibit | None, Field(description="it does not hold, and has not for a while")] = None
    near_threshold: NearThreshold | None = None
    margin: Annotated[
        Doubtful | None,
        Field(description="two classes claim an object; never true with a model that gives one score per object"),
    ] = None
    entropy: Annotated[Doubtful | None, Field(description="the candidates together are undecided")] = None
    expected_errors: Annotated[
        Doubtful | None,
        Field(description="n / (5 + n) of n errors that a model fitted on labels expects; never true without one"),
    ] = None
    isolated: Annotated[Doubtful | None, Field(description="an object is in this frame only")] = None
    flicker: Annotated[Doubtful | None, Field(description="an object is reported before and after, and not here")] = (
        None
    )
    silent: Annotated[Doubtful | None, Field(description="an object's score drops below the report threshold")] = None
    class_switch: Annotated[Doubtful | None, Field(description="an object has another class in the frames around")] = (
        None
    )
    lost_in_middle: Annotated[Doubtful | None, Field(description="an object vanishes away from the border")] = None
    jitter: Annotated[Doubtful | None, Field(description="a box jumps away from where it has to be")] = None
    angle_jump: Annotated[Doubtful | None, Field(description="the angle of a rotated box jumps")] = None
    cuboid_jitter: Annotated[Doubtful | None, Field(description="a 3D box changes its size or turns at once")] = None
    overlap: Annotated[Doubtful | None, Field(description="two classes are reported on one place")] = None
    nms_support: Annotated[Doubtful | None, Field(description="few of the suppressed boxes agree with a box")] = None
    mask_dispersion: Annotated[Doubtful | None, Field(description="a mask is undecided inside")] = None
    pose_outlier: Annotated[Doubtful | None, Field(description="keypoints are where no body has them")] = None
    rare_class: Annotated[Doubtful | None, Field(description="of a class the fleet has few labels")] = None
    unexpected_count: Annotated[Doubtful | None, Field(description="more or fewer objects than usual, now")] = None
    second_look: Annotated[Doubtful | None, Field(description="another look at the frame sees something else")] = None
    disagreement: Annotated[Doubtful | None, Field(description="the model in another form sees something else")] = None
    novelty: Annotated[Novelty | None, Field(description="the frame looks unlike what was kept")] = None
    quality: QualityFaults | None = None
    random: RandomDraw | None = None
    schedule: Schedule | None = None
    signal: Annotated[ReadingBand | None, Field(description="a number that the device is told, e.g. speed")] = None
    geofence: Geofence | None = None
    manual: Annotated[Manual | None, Field(description="somebody has asked for the frame")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            keys = ", ".join(field.alias or name for name, field in type(self).model_fields.items())
            raise ValueError(f"expected exactly one of {keys}, got {len(given)}")
        return self

    @property
    def parts(self) -> tuple["Condition", ...]:
        """The conditions that it is made of; none for one that measures something."""
        inner = self.inhibit.when if self.inhibit is not None else self.negated
        return self.every or self.some or (() if inner is None else (inner,))

    @property
    def depth(self) -> int:
        """How deep conditions are nested in it, itself included."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @property
    def on_request(self) -> bool:
        """Whether it holds only for frames that somebody has asked for."""
        if self.some is not None:
            return all(part.on_request for part in self.some)
        return self.manual is not None or any(part.on_request for part in self.every or ())

    def leaves(self) -> Iterator["Condition"]:
        """List the conditions that measure something."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


Weight = Annotated[FiniteFloat, Field(ge=0, le=100)]


class Weights(Section):
    """What one unit of each signal adds to the value: of those that the rule's conditions measure, and of novelty."""

    near_threshold: Weight = 0.0
    margin: Weight = 0.0
    entropy: Weight = 0.0
    expected_errors: Weight = 0.0
    isolated: Weight = 0.0
    flicker: Weight = 0.0
    silent: Weight = 0.0
    class_switch: Weight = 0.0
    lost_in_middle: Weight = 0.0
    jitter: Weight = 0.0
    angle_jump: Weight = 0.0
    cuboid_jitter: Weight = 0.0
    overlap: Weight = 0.0
    nms_support: Weight = 0.0
    mask_dispersion: Weight = 0.0
    pose_outlier: Weight = 0.0
    rare_class: Weight = 0.0
    unexpected_count: Weight = 0.0
    second_look: Weight = 0.0
    disagreement: Weight = 0.0
    novelty: Weight = 0.0
    quality: Weight = 0.0
    random: Weight = 0.0
    schedule: Weight = 0.0
    signal: Weight = 0.0
    geofence: Weight = 0.0
    manual: Weight = 0.0


class ValueSection(Section):
    """What a frame of this rule is worth to the labeling queue: the weighted sum of its signals."""

    weights: Weights


class Rule(Section):
    """One reason to keep a frame."""

    id: Annotated[RuleId, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="unique among all rules")]
    when: Condition
    value: Annotated[ValueSection | None, Field(description="none: the value of the strongest signal")] = None
    budget: Budget = Budget()
    cooldown: Cooldown | None = None
    zones: Annotated[
        tuple[ZoneSection, ...], Field(max_length=MAX_ZONES, description="where objects count; none: everywhere")
    ] = ()
    slot: Annotated[
        Span | None,
        Field(description="of each stretch of this length the best frames are kept, when it is over; none: at once"),
    ] = None
    context: Annotated[
        Surroundings | None, Field(description="frames before and after the kept ones; none: they are kept alone")
    ] = None
    mode: Annotated[
        Literal["capture", "count_only"], Field(description="count_only: says what it would take, spends nothing")
    ] = "capture"
    expires: Annotated[date | None, Field(description="first day, by local time, on which it no longer counts")] = None
    arm: Annotated[
        Arm | None,
        Field(description="part of the selection; none: random for the lottery, manual for requests, else uncertainty"),
    ] = None
    priority: Annotated[
        Literal["requested", "doubtful", "filler"] | None,
        Field(description="class in the send order; none: requested if it only keeps what is asked for, else doubtful"),
    ] = None

    @property
    def draws_lots(self) -> bool:
        """Whether this is a rule of the random arm."""
        return self.when.random is not None and self.arm in {None, Arm.RANDOM}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (depth := self.when.depth) > MAX_DEPTH:
            raise ValueError(f"conditions are nested at most {MAX_DEPTH} deep, got {depth}; write `all` or `any` flat")
        if self.arm is Arm.RANDOM and self.when.random is None:
            raise ValueError("arm: random asks for `when: {random: ...}` alone, else its probability is not known")
        if self.draws_lots and (self.budget != Budget() or self.cooldown or self.slot or self.context):
            raise ValueError(
                "the random arm has no budget, cooldown, slot or context but its rate, else its chance is not known"
            )
        measured = {name for leaf in self.when.leaves() for name in leaf.model_fields_set}
        if self.zones and measured <= _PLACELESS:
            raise ValueError("zones of a rule whose condition is about no object; leave them out")
        if self.cooldown is not None and self.cooldown.zone is not None and not self.zones:
            raise ValueError("cooldown.zone of a rule without zones; draw some, or write cooldown.rule")
        if self.value is not None:
            idle = sorted(self.value.weights.model_fields_set - measured - {"novelty"})
            if idle:
                raise ValueError(f"weights of signals that no condition of the rule measures: {', '.join(idle)}")
        return self


class RuleFile(Section):
    """A file of rules."""

    model_config = ConfigDict(title="rules")  # the name that `askance config schema` knows

    # with a dash and a hash it has to fit into the 64 characters of a reason's rule_version
    version: Annotated[int, Field(ge=1, le=10**9, description="raised with every change; each reason carries it")]
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=MAX_RULES)]
