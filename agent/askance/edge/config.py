"""The agent's configuration: one tree of documented fields, one section for each stage."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator

from askance.edge.attention import GateSection, GovernorSection
from askance.edge.hearing import ReadingsSection
from askance.sections import BrokerSection, LogSection, Section
from askance.units import ByteSize, Duration, at_least, format_duration
from askance.wire.annotations import MAX_ANNOTATIONS, LabelName, Score
from askance.wire.identity import CameraId, CameraName, DeviceId, DeviceName

_LONG_ENOUGH: Final = at_least(timedelta(milliseconds=100))  # whoever waits less does nothing else


class DeviceSection(Section):
    """Who this device is."""

    id: Annotated[DeviceName, Field(description="unique in the fleet; also the MQTT user name")] = DeviceId("camera-1")


class LensSection(Section):
    """A camera's intrinsics, in pixels of the frames that are detected on: a pinhole without distortion."""

    fx: Annotated[float, Field(gt=0, description="focal length across")]
    fy: Annotated[float, Field(gt=0, description="focal length down")]
    cx: Annotated[float, Field(description="principal point, from the left")]
    cy: Annotated[float, Field(description="principal point, from the top")]


class CameraSection(Section):
    """One camera, or a recording that plays one."""

    id: Annotated[CameraName, Field(description="unique on the device")]
    url: Annotated[
        str, Field(min_length=1, description="video file, image folder, rtsp:// or http:// address, or V4L2 index")
    ]
    substream: Annotated[
        str | None,
        Field(
            min_length=1, description="the camera's smaller stream, to detect on; frames are kept from url; null: url"
        ),
    ] = None
    pose: Annotated[
        str | None, Field(max_length=64, description="name of a PTZ preset; null: a fixed camera, or nobody knows")
    ] = None
    lens: Annotated[
        LensSection | None, Field(description="intrinsics, from which cuboids get their place in space; null: unknown")
    ] = None
    fps: Annotated[
        float | None,
        Field(gt=0, le=120, description="frames a second to analyse, and the pace of an image folder; null: all"),
    ] = None
    open_timeout: Annotated[Duration, Field(description="how long a camera may take to open")] = timedelta(seconds=10)
    silence: Annotated[Duration, Field(description="how long it may send nothing before it is opened again")] = (
        timedelta(seconds=10)
    )
    damaged: Annotated[
        bool, Field(description="look also at a camera's frames of which the decoder had to guess parts")
    ] = False
    max_side: Annotated[int, Field(ge=64, le=65500, description="larger frames are a decoding error, pixels")] = 8192


class DetectorSection(Section):
    """The model, and from which score on it speaks."""

    model: Annotated[str, Field(min_length=1, description="a folder under models, see `askance models ls`")] = (
        "ssdlite-mobilenet-v2-coco"
    )
    models: Annotated[Path | None, Field(description="folder of models; null: the shipped ones")] = None
    floor: Annotated[Score, Field(description="candidates below are forgotten; missed objects hide just above")] = 0.05
    report: Annotated[
        Score | None, Field(description="score from which a candidate is reported; null: the card's, or else 0.5")
    ] = None
    report_by_label: Annotated[
        Mapping[LabelName, Score], Field(max_length=200, description="the same for single labels")
    ] = {}
    candidates: Annotated[int, Field(ge=1, le=300, description="most candidates kept per frame")] = 100
    threads: Annotated[int, Field(ge=1, le=64, description="cores the forward pass may use")] = 1
    probe: Annotated[bool, Field(description="refuse a model whose file looks ruined, see `askance models check`")] = (
        True
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low = min([score for score in (self.report, *self.report_by_label.values()) if score is not None], default=1.0)
        if self.floor > low:
            raise ValueError(f"floor ({self.floor}) has to be at or below every report threshold ({low})")
        return self


class CompanionSection(DetectorSection):
    """Another model: it looks at every n-th frame, or at what the main model found."""

    model: Annotated[  # pyright: ignore[reportGeneralTypeIssues]  (no default after defaults: fields are given by name)
        str, Field(min_length=1, description="a folder under models, see `askance models ls`")
    ]
    cameras: Annotated[tuple[CameraName, ...], Field(description="whose frames it looks at; empty: all")] = ()
    every: Annotated[
        int | None, Field(ge=1, description="it looks at every n-th frame that the main model looked at; null: crops")
    ] = None
    crops_of: Annotated[
        tuple[LabelName, ...], Field(description="it looks at squares round the main model's objects of these labels")
    ] = ()
    crop_scale: Annotated[float, Field(ge=1, le=8, description="such a square's side, in sides of the object")] = 1.5
    crops: Annotated[int, Field(ge=1, le=32, description="most squares in one frame, the best ones")] = 4

    @model_validator(mode="after")
    def _one_occasion(self) -> Self:
        if (self.every is None) == (not self.crops_of):
            raise ValueError(f"companion {self.model} needs one of every and crops_of, to know when to look")
        return self


class SecondLookSection(Section):
    """Further looks at frames that wait to be kept, in time that nothing else wants."""

    tiles: Annotated[int | None, Field(ge=2, le=4, description="look at n x n overlapping tiles; null: none")] = 2
    overlap: Annotated[
        float, Field(ge=0, le=0.5, description="what two tiles have in common, as a share of the frame's side")
    ] = 0.2
    mirror: Annotated[bool, Field(description="look at the frame with left and right exchanged")] = False
    models: Annotated[tuple[str, ...], Field(max_length=4, description="other detectors, folders under models")] = ()
    challengers: Annotated[
        tuple[str, ...], Field(max_length=4, description="the detector in another precision or version, likewise")
    ] = ()
    share: Annotated[float, Field(gt=0, le=1, description="share of one core's time that may be spent")] = 0.2


class StoreSection(Section):
    """Where captured frames wait until the centre has them."""

    path: Annotated[Path, Field(description="folder; one agent at a time")] = Path("/var/lib/askance/edge")
    quota: Annotated[ByteSize, Field(ge=10**6, description="most bytes of frames on the disk")] = 2 * 2**30
    min_free: Annotated[ByteSize, Field(description="bytes of the disk that stay free whatever the quota says")] = (
        256 * 2**20
    )
    jpeg_quality: Annotated[int, Field(ge=1, le=100, description="of the stored images, libjpeg's scale")] = 90
    polygons: Annotated[
        bool, Field(description="masks of objects travel as polygons, not as runs of pixels: shorter, not exact")
    ] = False
    random_share: Annotated[
        float, Field(ge=0, le=1, description="share of the quota in which random-arm frames are safe from eviction")
    ] = 0.1


class SyncSection(Section):
    """How captured frames reach the centre."""

    chunk: Annotated[ByteSize, Field(ge=4096, le=2**20 - 72, description="bytes of a frame in one message")] = 48 * 1024
    in_flight_bytes: Annotated[
        ByteSize, Field(ge=4096, description="bytes sent and not acknowledged; 512KiB suits a broker of your own")
    ] = 60 * 1024
    in_flight_messages: Annotated[int, Field(ge=1, le=100, description="messages sent and not acknowledged")] = 8
    frames: Annotated[int, Field(ge=1, le=100, description="frames under way at once")] = 16
    ack_timeout: Annotated[
        Duration, _LONG_ENOUGH, Field(description="least wait for a receipt before asking for it")
    ] = timedelta(seconds=10)
    ack_timeout_max: Annotated[Duration, _LONG_ENOUGH, Field(description="greatest wait")] = timedelta(minutes=15)
    reconnect_max: Annotated[
        Duration, _LONG_ENOUGH, Field(description="greatest wait between two attempts to connect")
    ] = timedelta(seconds=60)
    status_every: Annotated[Duration, _LONG_ENOUGH, Field(description="how often the ledger is reported")] = timedelta(
        seconds=60
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ack_timeout > self.ack_timeout_max:
            raise ValueError(f"ack_timeout ({format_duration(self.ack_timeout)}) has to be at most ack_timeout_max")
        return self


class EdgeConfig(Section):
    """Everything the agent on a device can be told."""

    model_config = ConfigDict(title="edge")  # the name that `askance config schema` knows

    device: DeviceSection = DeviceSection()
    cameras: Annotated[tuple[CameraSection, ...], Field(min_length=1, max_length=16)] = (
        CameraSection(id=CameraId("main"), url="0"),
    )
    governor: GovernorSection = GovernorSection()
    gate: GateSection = GateSection()
    detector: DetectorSection = DetectorSection()
    companions: Annotated[
        tuple[CompanionSection, ...], Field(max_length=8, description="more models; empty: none")
    ] = ()
    second_look: Annotated[
        SecondLookSection | None, Field(description="how frames that wait are looked at again; null: they are not")
    ] = SecondLookSection()
    panoptic: Annotated[
        bool, Field(description="make masks of objects and of regions, of all models, one picture of segments")
    ] = False
    labels: Annotated[Path | None, Field(description="label map; null: the shipped COCO one")] = None
    label_counts: Annotated[Path | None, Field(description="what `askance queue counts` wrote; null: unknown")] = None
    rules: Annotated[tuple[Path, ...], Field(description="rule files; empty: the shipped default")] = ()
    store: StoreSection = StoreSection()
    sync: SyncSection = SyncSection()
    broker: BrokerSection = BrokerSection()
    readings: Annotated[
        ReadingsSection | None, Field(description="numbers and poses that a broker tells of; null: none")
    ] = None
    log: LogSection = LogSection()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [camera.id for camera in self.cameras]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two cameras have the same id: {', '.join(twice)}")
        asked = {name for companion in self.companions for name in companion.cameras}
        if asked - set(names):
            raise ValueError(f"companions look at cameras that are not there: {', '.join(sorted(asked - set(names)))}")
        turned = frozenset[str]() if self.readings is None else self.readings.turned
        if gone := sorted(turned - set(names)):
            raise ValueError(f"readings.topics tell poses of cameras that are not there: {', '.join(gone)}")
        most = sum(section.candidates for section in (self.detector, *self.companions))
        if most > MAX_ANNOTATIONS:
            raise ValueError(f"the models' candidates, {most} together, are more than a frame bears: {MAX_ANNOTATIONS}")
        return self
