"""What a rule may spend and on what, and how it pauses: the keys, their types and their bounds."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from askance.sections import Section
from askance.units import ByteBudget, Duration, FrameBudget, Span, at_least

MOST_AROUND: Final = 60


class Budget(Section):
    """At most so much in any window of the period; what is left out is unlimited."""

    frames: Annotated[FrameBudget | None, Field(description="frames per period")] = None
    bytes: Annotated[ByteBudget | None, Field(description="bytes of stored envelopes per period")] = None


class Surroundings(Section):
    """Frames around a kept one, each with what the models see in it; they cost the rule bytes, and no frames."""

    before: Annotated[Duration | None, Field(description="from how long before it")] = None
    after: Annotated[Duration | None, Field(description="until how long after it")] = None
    every: Annotated[
        Duration, at_least(timedelta(milliseconds=10)), Field(description="how far apart they are, at least")
    ] = timedelta(seconds=1)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        reach = (self.before or timedelta()) + (self.after or timedelta())
        if not reach:
            raise ValueError("expected before, after or both")
        if reach / self.every > MOST_AROUND:
            raise ValueError(f"at most {MOST_AROUND} frames around one, got {reach / self.every:.0f}; raise every")
        return self


class Cooldown(Section):
    """Pauses after a capture; those of tracks, zones and scenes are forgotten in a restart."""

    rule: Annotated[Span | None, Field(description="pause of this rule")] = None
    track: Annotated[
        Span | None, Field(description="how long the objects are left alone that the rule kept a frame of")
    ] = None
    zone: Annotated[
        Span | None, Field(description="how long each zone is left alone that the rule kept a frame of")
    ] = None
    scene: Annotated[
        Span | None,
        Field(description="how long what shows the same as a frame that any rule kept is left alone"),
    ] = None
