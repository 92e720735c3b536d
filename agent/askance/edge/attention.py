"""When a frame is looked at, as an operator says: the sections of the governor and the gate."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from askance.sections import Section
from askance.units import Duration


class GovernorSection(Section):
    """When cameras are looked at less often, so that the machine stays responsive and cool; recordings never are."""

    cpu: Annotated[
        float | None, Field(gt=0, le=1, description="share of all cores that may be busy, with everything; null: any")
    ] = 0.95
    temperature: Annotated[
        float | None, Field(ge=20, le=120, description="degrees Celsius that the hottest sensor may show; null: any")
    ] = 80.0
    fps_min: Annotated[
        float, Field(ge=0.01, le=10, description="frames a second of each camera that are looked at all the same")
    ] = 0.5


class GateSection(Section):
    """Cheap reasons not to look at a frame."""

    motion: Annotated[
        float, Field(ge=0, le=1, description="least share of pixels that changed since the last frame looked at")
    ] = 0.002
    sharpness: Annotated[float, Field(ge=0, lt=1, description="least sharpness; 0 switches the check off")] = 0.04
    darkest: Annotated[float, Field(ge=0, le=1, description="least mean brightness")] = 0.03
    brightest: Annotated[float, Field(ge=0, le=1, description="greatest mean brightness")] = 0.97
    duplicate: Annotated[
        int, Field(ge=-1, le=64, description="a frame whose hash differs in at most so many bits is a copy; -1: off")
    ] = -1
    at_least: Annotated[
        Duration | None, Field(description="look at a frame this often although nothing moves; null: never")
    ] = timedelta(seconds=10)
    contrast: Annotated[
        float, Field(ge=0, le=1, description="least standard deviation of brightness: black, green, covered; 0: off")
    ] = 0.01
    structure: Annotated[
        float, Field(ge=0, lt=1, description="least likeness of neighbours: less is snow; 0 switches the check off")
    ] = 0.3
    frozen: Annotated[
        Duration | None, Field(description="how long the picture may stay the same to the last grain; null: for ever")
    ] = timedelta(seconds=10)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.darkest >= self.brightest:
            raise ValueError(f"darkest ({self.darkest}) has to be below brightest ({self.brightest})")
        return self
