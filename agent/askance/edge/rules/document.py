"""What a rule file may say: the keys, their types and their bounds."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal, NewType, Self

from pydantic import ConfigDict, Field, FiniteFloat, model_validator

from askance.sections import Section
from askance.units import ByteBudget, Duration, FrameBudget
from askance.wire.annotations import LabelName, Score
from askance.wire.capture import Arm

RuleId = NewType("RuleId", str)

# A manifest carries at most so many reasons, and every rule that matches is one.
MAX_RULES: Final = 32

Labels = Annotated[
    tuple[LabelName, ...] | None, Field(min_length=1, description="names or aliases of the label map; none: all labels")
]
AtLeast = Annotated[FiniteFloat, Field(gt=0, le=1, description="least value of the signal")]


class NearThreshold(Section):
    """At least one object scores inside the band."""

    classes: Labels = None
    from_: Annotated[Score, Field(alias="from", description="lower bound of the band")]
    to: Annotated[Score, Field(description="upper bound of the band")]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError(f"from ({self.from_}) has to be below to ({self.to})")
        return self


class Doubtful(Section):
    """A signal is strong enough, of the objects of these classes."""

    classes: Labels = None
    at_least: AtLeast


class QualityFaults(Section):
    """The picture itself has at least one of these faults."""

    sharpness_below: Annotated[FiniteFloat | None, Field(gt=0, le=1)] = None
    brightness_below: Annotated[FiniteFloat | None, Field(gt=0, le=1)] = None
    brightness_above: Annotated[FiniteFloat | None, Field(ge=0, lt=1)] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.sharpness_below is self.brightness_below is self.brightness_above is None:
            raise ValueError(f"expected at least one of {', '.join(type(self).model_fields)}")
        return self


class RandomDraw(Section):
    """The lottery draws the frame, whatever is in it."""

    rate: Annotated[
        FrameBudget | None,
        Field(description="frames per period on average, of all cameras together, whatever the frame rate"),
    ] = None
    probability: Annotated[FiniteFloat | None, Field(gt=0, le=1, description="the same chance for every frame")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.rate is None) == (self.probability is None):
            raise ValueError("expected either rate or probability")
        return self


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
    quality: QualityFaults | None = None
    random: RandomDraw | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            keys = ", ".join(field.alias or name for name, field in type(self).model_fields.items())
            raise ValueError(f"expected exactly one of {keys}, got {len(given)}")
        return self

    def leaves(self) -> Iterator["Condition"]:
        """List the conditions that measure something."""
        parts = self.every or self.some or ((self.negated,) if self.negated is not None else None)
        if parts is None:
            yield self
        for part in parts or ():
            yield from part.leaves()


Weight = Annotated[FiniteFloat, Field(ge=0, le=100)]


class Weights(Section):
    """What one unit of each signal that the rule's own conditions measure adds to the value."""

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
    quality: Weight = 0.0
    random: Weight = 0.0


class ValueSection(Section):
    """What a frame of this rule is worth to the labeling queue: the weighted sum of its signals."""

    weights: Weights


class Budget(Section):
    """At most so much in any window of the period; what is left out is unlimited."""

    frames: Annotated[FrameBudget | None, Field(description="frames per period")] = None
    bytes: Annotated[ByteBudget | None, Field(description="bytes of stored envelopes per period")] = None


class Cooldown(Section):
    """Pauses after a capture."""

    rule: Annotated[Duration | None, Field(description="pause of this rule")] = None
    scene: Annotated[
        Duration | None,
        Field(description="how long what shows the same as a frame that any rule kept is left alone"),
    ] = None


class Rule(Section):
    """One reason to keep a frame."""

    id: Annotated[RuleId, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="unique among all rules")]
    when: Condition
    value: Annotated[ValueSection | None, Field(description="none: the value of the strongest signal")] = None
    budget: Budget = Budget()
    cooldown: Cooldown | None = None
    mode: Annotated[
        Literal["capture", "count_only"], Field(description="count_only: says what it would take, spends nothing")
    ] = "capture"
    expires: Annotated[date | None, Field(description="first day on which the rule no longer counts")] = None
    arm: Annotated[
        Arm | None,
        Field(
            description="part of the selection; none: random if the condition is the lottery alone, else uncertainty"
        ),
    ] = None
    priority: Annotated[Literal["requested", "doubtful", "filler"], Field(description="class in the send order")] = (
        "doubtful"
    )

    @property
    def draws_lots(self) -> bool:
        """Whether this is a rule of the random arm."""
        return self.when.random is not None and self.arm in {None, Arm.RANDOM}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.arm is Arm.RANDOM and self.when.random is None:
            raise ValueError("arm: random asks for `when: {random: ...}` alone, else its probability is not known")
        if self.draws_lots and (self.budget != Budget() or self.cooldown is not None):
            raise ValueError(
                "the random arm has no budget and no cooldown but its rate, else its probability is not known"
            )
        if self.value is not None:
            measured = {name for leaf in self.when.leaves() for name in leaf.model_fields_set}
            idle = sorted(self.value.weights.model_fields_set - measured)
            if idle:
                raise ValueError(f"weights of signals that no condition of the rule measures: {', '.join(idle)}")
        return self


class RuleFile(Section):
    """A file of rules."""

    model_config = ConfigDict(title="rules")  # the name that `askance config schema` knows

    # with a dash and a hash it has to fit into the 64 characters of a reason's rule_version
    version: Annotated[int, Field(ge=1, le=10**9, description="raised with every change; each reason carries it")]
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=MAX_RULES)]
