"""The manifest of one captured frame: who took it, when, why, with which model, and what the model saw."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from askance.wire.annotations import MAX_ANNOTATIONS, Annotation, LabelName, Score, WireModel
from askance.wire.identity import CameraName, DeviceName, FrameIdText, Sha256Hex

ShortText = Annotated[str, Field(max_length=64)]
PositiveInt = Annotated[int, Field(ge=1, le=65535)]


class ClockQuality(StrEnum):
    """How far the device's wall clock can be trusted."""

    NONE = "none"
    RTC = "rtc"
    NTP = "ntp"
    GPS = "gps"


class Arm(StrEnum):
    """Which part of the selection took the frame."""

    UNCERTAINTY = "uncertainty"
    TEMPORAL = "temporal"
    NOVELTY = "novelty"
    RANDOM = "random"
    QUALITY = "quality"
    MANUAL = "manual"


class Priority(IntEnum):
    """Send order between classes; inside a class the value decides."""

    STATE = 0
    REQUESTED = 1
    DOUBTFUL = 2
    FILLER = 3


class Role(StrEnum):
    """Whether the frame was taken for itself or as the context of another."""

    TRIGGER = "trigger"
    CONTEXT = "context"


class Moment(WireModel):
    """When a frame was taken, in a form that survives a wrong clock."""

    boot_id: Annotated[str, Field(min_length=1, max_length=64)]
    seq: Annotated[int, Field(ge=0, le=2**53, description="gapless count of captures in this boot")]
    monotonic_ns: Annotated[
        int, Field(ge=0, lt=2**63, description="nanoseconds since boot; for recordings, since their start")
    ]
    wall_ms: Annotated[
        int | None, Field(ge=0, lt=2**48, description="milliseconds since 1970, UTC, as the device believed")
    ] = None
    clock: ClockQuality


class ImageInfo(WireModel):
    """The JPEG that follows the manifest."""

    width: PositiveInt
    height: PositiveInt
    privacy: Annotated[ShortText | None, Field(description="the privacy transform burnt into the pixels")] = None
    dhash: Annotated[str | None, Field(pattern=r"^[0-9a-f]{16}$", description="64-bit difference hash")] = None


class ModelInfo(WireModel):
    """The detector that looked, and from which score on it speaks."""

    name: ShortText
    version: ShortText
    sha256: Sha256Hex
    quantization: ShortText | None = None
    floor: Annotated[Score, Field(description="candidates below this score were not kept")]
    report: Annotated[Score, Field(description="report threshold of every label without one of its own")]
    report_by_label: Annotated[Mapping[LabelName, Score], Field(max_length=200)] = {}
    label_map: Annotated[ShortText, Field(description="name@version of the label map")]


class Reason(WireModel):
    """One rule that matched, with the signal's value and a sentence for people."""

    rule: ShortText
    rule_version: ShortText
    signal: ShortText
    value: Score
    text: Annotated[str, Field(max_length=240)]
    objects: Annotated[tuple[int, ...], Field(max_length=64, description="indices into annotations")] = ()


class Manifest(WireModel):
    """Everything that is known of one captured frame but its pixels."""

    v: Literal[1] = 1
    must: Annotated[tuple[str, ...], Field(max_length=16, description="keys a reader has to understand or refuse")] = ()
    frame_id: FrameIdText
    device: DeviceName
    camera: CameraName
    pose: ShortText | None = None
    taken: Moment
    image: ImageInfo
    model: Annotated[ModelInfo, Field(description="the main model, which looked at the whole frame")]
    companions: Annotated[
        tuple[ModelInfo, ...] | None,
        Field(min_length=1, max_length=8, description="other models that looked, with names of their own; null: none"),
    ] = None
    annotations: Annotated[
        tuple[Annotation, ...], Field(max_length=MAX_ANNOTATIONS, description="empty: looked and found nothing")
    ]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=32)]
    arm: Arm
    inclusion_probability: Annotated[FiniteFloat | None, Field(gt=0, le=1)] = None
    value: Annotated[FiniteFloat, Field(ge=0, description="larger is worth more of a labeler's time")]
    priority: Priority = Priority.DOUBTFUL
    group: ShortText | None = None
    role: Role = Role.TRIGGER
    offset_s: FiniteFloat | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unknown = sorted(set(self.must) - set(type(self).model_fields))
        if unknown:
            raise ValueError(f"keys that must be understood and are not: {', '.join(unknown)}")
        looked = [companion.name for companion in self.companions or ()]
        if len({self.model.name, *looked}) <= len(looked):
            raise ValueError(f"two models have the same name: {self.model.name}, {', '.join(looked)}")
        for index, annotation in enumerate(self.annotations):
            fault = annotation.fault(image_width=self.image.width, image_height=self.image.height)
            if fault is not None:
                raise ValueError(f"annotation {index} {fault}")
            if annotation.model is not None and annotation.model not in looked:
                raise ValueError(f"annotation {index} is of a model that did not look: {annotation.model}")
        for reason in self.reasons:
            if any(not 0 <= index < len(self.annotations) for index in reason.objects):
                raise ValueError(f"a reason of rule {reason.rule} points at an annotation that is not there")
        return self
