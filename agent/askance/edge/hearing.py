"""What a device hears on topics of a broker, as an operator says: the section readings."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from askance.edge.readings import MOST as MOST_READINGS
from askance.edge.readings import NAME_PATTERN
from askance.sections import BrokerSection, Section
from askance.units import Span
from askance.wire.identity import CameraName


class ReadingSection(Section):
    """A number, or where a camera looks, that a topic of MQTT carries."""

    topic: Annotated[str, Field(pattern=r"^[^+#\x00]+$", max_length=256, description="its name, no wildcards")]
    reading: Annotated[str | None, Field(pattern=NAME_PATTERN, description="what rules call the number")] = None
    pose: Annotated[
        CameraName | None, Field(description="or the id of the camera whose pose it is, the name of a PTZ preset")
    ] = None
    key: Annotated[
        str | None, Field(min_length=1, description="where in a JSON object it stands; null: it is the message")
    ] = None
    for_: Annotated[Span, Field(alias="for", description="how long a number is true")] = timedelta(seconds=10)

    @property
    def name(self) -> str:
        """What it is called where it is in trouble."""
        return f"pose {self.pose}" if self.reading is None else self.reading

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if (self.reading is None) == (self.pose is None):
            raise ValueError(f"topic {self.topic} needs one of reading and pose, to know what it says")
        if self.pose is not None and "for_" in self.model_fields_set:
            raise ValueError(f"topic {self.topic} has a pose, which is true until the next: leave out for")
        return self


class ReadingsSection(Section):
    """What comes over MQTT beside frames: numbers, such as a vehicle's speed, and poses of cameras."""

    broker: BrokerSection = BrokerSection()
    topics: Annotated[
        tuple[ReadingSection, ...],
        Field(min_length=1, max_length=MOST_READINGS, description="what to hear; one topic may carry several"),
    ]

    @property
    def turned(self) -> frozenset[str]:
        """The cameras whose poses are heard."""
        return frozenset(one.pose for one in self.topics if one.pose is not None)
