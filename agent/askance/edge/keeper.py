"""What a frame passes, and the way of those that are kept: picture, annotations, price, store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from askance.codecs.header import MAX_PIXELS
from askance.codecs.jpeg import encode
from askance.edge.annotate import annotate, fit, tally
from askance.edge.camera_motion import STILL, CameraMotion
from askance.edge.config import GateSection
from askance.edge.detect.panel import Look, Panel, Seen
from askance.edge.detections import Detections
from askance.edge.health import Health
from askance.edge.rules import Memory, Policy, settle
from askance.edge.score import Lore
from askance.edge.source import MainStream
from askance.edge.store import Draft, Store
from askance.edge.values import Drop, Frame, Image, Keep, Quality, Spending
from askance.errors import StoreFullError, WireError
from askance.wire.annotations import Annotation
from askance.wire.capture import ImageInfo, Reason
from askance.wire.codec import MAX_MANIFEST, dump_json
from askance.wire.identity import CameraId, FrameId

FULL: Final = "full of frames that are worth more; it goes on when the centre takes some, or raise `store.quota`"
_MANIFEST_FRAME: Final = 2048  # bytes of a manifest without its annotations, rounded up


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
        poses: of every camera.
        jpeg_quality: of the stored images.
        lenses: of cameras whose intrinsics are known, what gives cuboids their place in space.
        polygons: whether masks of objects are written as polygons.
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


@dataclass(frozen=True, slots=True)
class Begun:
    """A frame that the models are looking at.

    Attributes:
        look: what ``Panel.finish`` takes.
        quality: what the gate measured.
        now_ns: when it was begun, on the budget clock.
        shift: how the camera has moved since the last frame that the models looked at.
    """

    look: Look
    quality: Quality
    now_ns: int
    shift: CameraMotion = STILL

    @property
    def frame(self) -> Frame:
        """The frame."""
        return self.look.frame


class Keeper:
    """Stores the frames that the rules keep; for one thread.

    Args:
        stages: the stages.
        health: takes the counts and the trouble.
        kept: told of every frame that is stored.
    """

    def __init__(self, stages: Stages, health: Health, *, kept: Callable[[], None]) -> None:
        self._stages = stages
        self._health = health
        self._kept = kept

    def keep(self, begun: Begun, seen: Seen, *, keep: Keep, memory: Memory) -> tuple[Memory, FrameId | Drop]:
        """Take a frame into the store if a rule can pay for its bytes.

        Args:
            begun: the frame.
            seen: what the models saw.
            keep: what the rules say.
            memory: what the rules remember.

        Returns:
            The memory with what was paid, and the frame's end.
        """
        stages, frame = self._stages, begun.frame
        image = self._picture(frame)
        jpeg = encode(image, stages.jpeg_quality)
        height, width = image.shape[:2]
        parts = (*keep.reasons, stages.panel.info, *seen.companions)
        described = sum(len(dump_json(part)) for part in parts) + _MANIFEST_FRAME
        annotations, reasons = self._annotate(begun, seen, keep=keep, size=(width, height), described=described)
        size = len(jpeg) + sum(len(dump_json(annotation)) for annotation in annotations) + described
        paid, settled = settle(stages.policy, memory, keep=keep, size=size, now_ns=begun.now_ns)
        if isinstance(settled, Drop):
            return memory, settled
        draft = Draft(
            camera=frame.camera,
            pose=stages.poses.get(frame.camera),
            taken=frame.taken,
            image=ImageInfo(width=width, height=height, dhash=begun.quality.dhash),
            model=stages.panel.info,
            companions=seen.companions or None,
            annotations=annotations,
            reasons=reasons,
            arm=settled.arm,
            inclusion_probability=settled.inclusion_probability,
            value=settled.value,
            priority=settled.priority,
            spendings=tuple(Spending(payer.rule, begun.now_ns, 1, size) for payer in settled.payers),
        )
        kept = self._put(draft, jpeg)
        if isinstance(kept, Drop):
            return memory, kept
        self._kept()
        return paid, kept

    def _annotate(
        self, begun: Begun, seen: Seen, *, keep: Keep, size: tuple[int, int], described: int
    ) -> tuple[tuple[Annotation, ...], tuple[Reason, ...]]:
        """Describe what was seen in pixels of the picture that is kept, as far as its manifest bears it."""
        stages, frame = self._stages, begun.frame
        scale = (size[0] / frame.width, size[1] / frame.height)
        lens = stages.lenses.get(frame.camera)
        detections = seen.detections if lens is None else lens(seen.detections)
        found = annotate(detections, stages.lore.names, size=size, scale=scale, polygons=stages.polygons)
        annotations, reasons = fit(found, keep.reasons, room=MAX_MANIFEST - described, size=size)
        for reason, count in tally(found, annotations).items():
            self._health.count(reason, count)
        return annotations, reasons

    def _picture(self, frame: Frame) -> Image:
        """Return the picture to keep: of the main stream where there is one, and else what was detected on."""
        main = self._stages.main_streams.get(frame.camera)
        if main is None:
            return frame.image
        picture = main.nearest(frame.taken.monotonic_ns)
        if picture is None or picture.shape[0] * picture.shape[1] > MAX_PIXELS:
            self._health.count("main_stream.missed")
            return frame.image
        return picture

    def _put(self, draft: Draft, jpeg: bytes) -> FrameId | Drop:
        try:
            kept = self._stages.store.keep(draft, jpeg)
        except StoreFullError as error:
            self._health.trouble("store", str(error))
            return Drop("store.full")
        except WireError as error:
            self._health.trouble("store", str(error))
            return Drop(f"store.{error.code}")
        self._health.trouble("store", FULL if isinstance(kept, Drop) else None)
        return kept
