"""What a frame passes on its way, and what is known of it on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from askance.edge.attention import GateSection
from askance.edge.camera_motion import STILL, CameraMotion
from askance.edge.detect.again import SecondLook
from askance.edge.detect.panel import Look, Panel, Seen
from askance.edge.detections import Detections
from askance.edge.requests import Wish
from askance.edge.rules import Policy
from askance.edge.rules.context import Pose
from askance.edge.score import Lore
from askance.edge.source import MainStream
from askance.edge.store import Store
from askance.edge.told import Told
from askance.edge.values import Frame, Instant, Quality
from askance.wire.identity import CameraId


@dataclass(frozen=True, slots=True)
class Stages:
    """What a frame passes, from left to right, and what it is described with.

    Attributes:
        live: the cameras that the governor may look at less often; recordings are none.
        gate: cheap reasons not to look.
        panel: the models.
        policy: the rules.
        main_streams: of cameras that are detected on a smaller stream, the one that frames are kept from.
        store: where they are kept.
        lore: what signals know; its label names are also for the annotations.
        poses: where every camera looks, unless it is told otherwise.
        jpeg_quality: of the stored images.
        lenses: of cameras whose intrinsics are known, what gives cuboids their place in space.
        polygons: whether masks of objects are written as polygons.
        second: looks again at frames that wait; None: nobody does.
        share: of one core's time that this may take while cameras are live, in (0, 1].
        told: what is said from outside, and asked for.
    """

    live: frozenset[CameraId]
    gate: GateSection
    panel: Panel
    policy: Policy
    main_streams: Mapping[CameraId, MainStream]
    store: Store
    lore: Lore
    poses: Mapping[CameraId, str | None]
    jpeg_quality: int
    lenses: Mapping[CameraId, Callable[[Detections], Detections]]
    polygons: bool = False
    second: SecondLook | None = None
    share: float = 1.0
    told: Told = field(default_factory=Told)

    def pose(self, camera: CameraId) -> str | None:
        """Return where a camera looks: the name of a preset, None for one that does not move, or nobody knows."""
        return self.told.poses().get(camera, self.poses.get(camera))


@dataclass(frozen=True, slots=True)
class Begun:
    """A frame that the models are looking at.

    Attributes:
        look: what ``Panel.finish`` takes.
        quality: what the gate measured.
        now_ns: when it was begun, on the budget clock.
        shift: how the camera has moved since the last frame that the models looked at; None: it shows another scene.
        still_ns: until when it is known that nothing has moved since that frame; None: nobody has looked.
        asked: what somebody wants of it; None: nobody does.
        readings: the numbers that were true when it was taken, as far as they were known when it was begun.
        pose: where its camera looked then, as far as that was known; None: it does not move, or nobody knows.
    """

    look: Look
    quality: Quality
    now_ns: int
    shift: CameraMotion | None = STILL
    still_ns: int | None = None
    asked: Wish | None = None
    readings: Mapping[str, float] = field(default_factory=dict[str, float])
    pose: str | None = None

    @property
    def frame(self) -> Frame:
        """The frame."""
        return self.look.frame

    @property
    def where(self) -> Pose:
        """The camera, and where it looked."""
        return self.frame.camera, self.pose


@dataclass(frozen=True, slots=True)
class Looked:
    """A frame that the models have looked at, and the rules have not."""

    begun: Begun
    seen: Seen


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame whose picture is taken: its pixels, which are large and lent, are not held any more.

    Attributes:
        camera: who took it.
        index: its number among the source's frames.
        taken: when.
        now_ns: the same on the clock that budgets run on.
        quality: what the gate measured.
        size: width and height of what the models looked at, pixels.
        jpeg: the picture to keep.
        picture: its width and height, pixels.
        pose: where the camera looked; None: it does not move, or nobody knows.
        last_ns: see ``Wish``; None as well where nobody asked for it.
    """

    camera: CameraId
    index: int
    taken: Instant
    now_ns: int
    quality: Quality
    size: tuple[int, int]
    jpeg: bytes
    picture: tuple[int, int]
    pose: str | None = None
    last_ns: int | None = None

    @property
    def scale(self) -> tuple[float, float]:
        """What a pixel that the models looked at is in the picture, across and down."""
        return self.picture[0] / self.size[0], self.picture[1] / self.size[1]
