"""What the leaves of a condition may say: the keys, their types and their bounds."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from askance.edge.outlook import AWAY
from askance.edge.readings import NAME_PATTERN
from askance.sections import Section
from askance.units import Distance, FrameBudget
from askance.wire.annotations import LabelName, Score

Labels = Annotated[
    tuple[LabelName, ...] | None, Field(min_length=1, description="names or aliases of the label map; none: all labels")
]
AtLeast = Annotated[FiniteFloat, Field(gt=0, le=1, description="least value of the signal")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def parse_time_of_day(value: object) -> str:
    """Read ``06:00`` to ``24:00``.

    Raises:
        ValueError: anything else; YAML takes 22:00 without quotes for the number 1320.
    """
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        raise ValueError(f'expected a time of day in quotes, "00:00" to "24:00": {value!r}')
    return value


TimeOfDay = Annotated[
    str, BeforeValidator(parse_time_of_day), Field(json_schema_extra={"examples": ["06:00", "22:00", "24:00"]})
]


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


class Novelty(Section):
    """The frame looks unlike what was kept of the same camera and pose: 1 where nothing was, 0 where it is the same."""

    at_least: AtLeast


class QualityFaults(Section):
    """The picture itself has at least one of these faults."""

    sharpness_below: Annotated[FiniteFloat | None, Field(gt=0, le=1)] = None
    brightness_below: Annotated[FiniteFloat | None, Field(gt=0, le=1)] = None
    brightness_above: Annotated[FiniteFloat | None, Field(ge=0, lt=1)] = None
    glare_above: Annotated[FiniteFloat | None, Field(ge=0, lt=1, description="share of it that is blinding")] = None
    dirt_above: Annotated[
        FiniteFloat | None,
        Field(ge=0, lt=1, description="share of its 64 cells that show nothing any more, while the others do"),
    ] = None
    view_below: Annotated[
        FiniteFloat | None,
        Field(gt=0, le=AWAY, description="the camera has moved: so little is left of what it usually looks at"),
    ] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(limit is None for _, limit in self):
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


class Schedule(Section):
    """It is one of these days, and between these times, by the clocks of the place; never while the time is unknown."""

    days: Annotated[
        tuple[Day, ...] | None, Field(min_length=1, description="days on which it begins; none: every day")
    ] = None
    from_: Annotated[TimeOfDay, Field(alias="from", description="when it begins")] = "00:00"
    to: Annotated[TimeOfDay, Field(description="when it ends; earlier than it begins: the day after")] = "24:00"

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.from_ in {self.to, "24:00"}:
            raise ValueError(f"from ({self.from_}) and to ({self.to}) leave no time; without both it is the whole day")
        return self


class ReadingBand(Section):
    """A number that the device is told lies above, below or between limits; never while there is none."""

    name: Annotated[str, Field(pattern=NAME_PATTERN, description="of the reading, e.g. speed")]
    above: Annotated[FiniteFloat | None, Field(description="it is greater than this")] = None
    below: Annotated[FiniteFloat | None, Field(description="it is less than this")] = None

    @model_validator(mode="after")
    def _some_band(self) -> Self:
        if self.above is self.below is None:
            raise ValueError("expected at least one of above, below")
        if self.above is not None and self.below is not None and self.above >= self.below:
            raise ValueError(
                f"no number is above {self.above:g} and below {self.below:g}; for outside a band write two in `any`"
            )
        return self


class Geofence(Section):
    """The device is near a place, by its readings lat and lon; never while there are none."""

    centre: Annotated[
        tuple[
            Annotated[FiniteFloat, Field(ge=-90, le=90, description="latitude")],
            Annotated[FiniteFloat, Field(ge=-180, le=180, description="longitude")],
        ],
        Field(description="latitude and longitude, degrees"),
    ]
    within: Annotated[Distance, Field(gt=0, description="how far away counts as near")]


class Manual(Section):
    """Somebody has asked for the frame."""

    model_config = ConfigDict(title="manual")
