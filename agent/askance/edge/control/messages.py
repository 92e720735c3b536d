"""What is said over the control socket: one request a line, one answer a line, both JSON objects."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from askance.edge.decisions import MOST as MOST_DECISIONS
from askance.edge.poses import PRESET_PATTERN, Preset
from askance.edge.readings import MOST as MOST_READINGS
from askance.edge.readings import NAME_PATTERN
from askance.edge.rules import RuleId
from askance.edge.rules.why import Why
from askance.errors import ControlError
from askance.units import Duration, Span
from askance.wire.identity import CAMERA_PATTERN, CameraName, FrameIdText
from askance.wire.receipts import RuleTally

LONGEST_NOTE: Final = 120
_MOST_FAULTS: Final = 3
_HINT: Final = 'say e.g. {"why": {"last": 20}}, in one line; see docs/running-agent.md'
_NAMED: Final = {
    f"^{CAMERA_PATTERN}$": "lower-case letters, digits, - and _, as in gate",
    PRESET_PATTERN: "1 to 64 characters, as in home",
    NAME_PATTERN: "lower-case letters, digits, _ . and -, as in engine.speed",
}
"""What is said of a name that breaks its pattern."""

ReadingName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Number = Annotated[FiniteFloat, Field(strict=True)]  # a text that looks like one is none, as in a broker's messages


class Spoken(BaseModel):
    """Never changed after birth; a key that nobody knows is an error, so that a slip does not go unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Capture(Spoken):
    """Keep the next frame, if a rule wants what is asked for, and of what led to it no more than the last so much."""

    note: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)] = "somebody"
    cameras: Annotated[tuple[CameraName, ...], Field(max_length=16)] = ()
    last: Duration | None = None


class Stand(Spoken):
    """A camera, and where it looks: the name of a preset; None: not known, or no more."""

    camera: CameraName
    preset: Preset | None = None


class AskWhy(Spoken):
    """Explain the last decisions, of one camera and of one rule where these are named."""

    last: Annotated[int, Field(ge=1, le=MOST_DECISIONS)] = 20
    camera: CameraName | None = None
    rule: Annotated[str | None, Field(max_length=64)] = None


class AskHealth(Spoken):
    """Tell what is wrong, what was counted, and what was decided last."""


class Request(Spoken):
    """What an agent is told or asked: exactly one of readings, pose, capture, why and health."""

    readings: Annotated[Mapping[ReadingName, Number] | None, Field(min_length=1, max_length=MOST_READINGS)] = None
    for_: Annotated[Span | None, Field(alias="for")] = None
    pose: Stand | None = None
    capture: Capture | None = None
    why: AskWhy | None = None
    health: AskHealth | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.readings, self.pose, self.capture, self.why, self.health].count(None) != 4:  # noqa: PLR2004 (all but one)
            raise ValueError("expected exactly one of readings, pose, capture, why, health")
        if self.for_ is not None and self.readings is None:
            raise ValueError("for belongs to readings")
        return self


class Taken(Spoken):
    """What the agent has taken on.

    Attributes:
        cameras: whose next frame is asked for.
        before: what led to it in so long a time is kept, too: what is wanted, as far as the rules' ``context`` reaches;
            None: nothing is.
        rules: those that keep what is asked for; without any nothing will be kept.
    """

    cameras: tuple[CameraName, ...]
    before: Duration | None = None
    rules: tuple[RuleId, ...]


class Decision(Spoken):
    """One frame that the rules were asked about: who took it, looking where, what number it has, how it ended, why."""

    camera: CameraName
    pose: str | None = None
    index: int
    ago_s: float
    taken_ns: int
    objects: int
    kept: FrameIdText | None = None
    dropped: str | None = None
    rules: tuple[Why, ...]


class Reasons(Spoken):
    """The last decisions, oldest first; how all frames ended since the start, and what came of each rule."""

    decisions: tuple[Decision, ...]
    ends: Mapping[str, int]
    rules: Mapping[str, RuleTally]


class Condition(Spoken):
    """How the agent is.

    Attributes:
        trouble: for each part that is in it what is wrong.
        counts: how often each thing happened since the start.
        last: the last decision of each camera.
        poses: where each camera looks.
    """

    trouble: Mapping[str, str]
    counts: Mapping[str, int]
    last: tuple[Decision, ...] = ()
    poses: tuple[Stand, ...] = ()


class Answer(Spoken):
    """What the agent says: exactly one of these, a hint only beside an error."""

    error: str | None = None
    hint: str | None = None
    told: tuple[str, ...] | None = None
    pose: Stand | None = None
    capture: Taken | None = None
    why: Reasons | None = None
    health: Condition | None = None


def read_request(line: bytes) -> Request:
    """Read what somebody says.

    Raises:
        ControlError: it is no request; the message says what is wrong where.
    """
    try:
        return Request.model_validate_json(line)
    except ValidationError as error:
        raise ControlError(faults(error), hint=_HINT) from error


def faults(error: ValidationError, *, called: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say what is wrong where, without showing what was said.

    Args:
        error: what pydantic raised.
        called: how the one who speaks calls a part of a request, e.g. by an option; else it is called as it is written.
    """
    details = error.errors(include_url=False, include_input=False)
    told = [": ".join([*filter(None, [_part(detail, called)]), _words(detail)]) for detail in details[:_MOST_FAULTS]]
    more = [f"and {len(details) - _MOST_FAULTS} more"] if len(details) > _MOST_FAULTS else []
    return "; ".join([*told, *more])


def _part(detail: ErrorDetails, called: Mapping[str, str]) -> str:
    """Name the part of a request that is wrong."""
    part = ".".join(str(key) for key in detail["loc"] if key != "[key]")
    return next((name for path, name in called.items() if f"{part}.".startswith(f"{path}.")), part)


def _words(detail: ErrorDetails) -> str:
    if detail["type"] == "string_pattern_mismatch":
        return f"expected a name of {_NAMED[detail.get('ctx', {})['pattern']]}"
    return detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected")


def write(message: Request | Answer) -> bytes:
    """Write a line; what is unknown (None) stays out."""
    return message.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n"
