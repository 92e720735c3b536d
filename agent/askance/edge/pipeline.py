"""The order of the stages and nothing else: one frame from the governor to the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from askance.codecs.header import MAX_PIXELS
from askance.codecs.jpeg import encode
from askance.edge.annotate import annotate, fit, tally
from askance.edge.config import GateSection
from askance.edge.detect.panel import Look, Panel, Seen
from askance.edge.detections import Detections
from askance.edge.gate import GateMemory, look
from askance.edge.governor import Throttle, due
from askance.edge.health import Health
from askance.edge.rules import FrameContext, Policy, decide, remember, settle
from askance.edge.score import Lore, measure
from askance.edge.source import MainStream
from askance.edge.store import Draft, Store
from askance.edge.values import Drop, Frame, Image, Instant, Keep, Quality, Spending
from askance.edge.view import alone
from askance.errors import ModelError, StoreFullError, WireError
from askance.wire.annotations import Annotation
from askance.wire.capture import ClockQuality, ImageInfo, Reason
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
    """

    look: Look
    quality: Quality
    now_ns: int

    @property
    def frame(self) -> Frame:
        """The frame."""
        return self.look.frame


class Pipeline:
    """Carries frames through the stages, in order; for one thread.

    Between ``begin`` and ``finish`` of a frame the next one may be begun, no more: the models then look at one frame
    while the last is decided on. Decisions are the same either way.

    Args:
        stages: the stages.
        health: where every frame is counted, with the reason why it went no further.
        draw: random numbers in [0, 1), for the random arm.
        now_ns: the monotonic clock at the start, nanoseconds.
    """

    def __init__(self, stages: Stages, health: Health, *, draw: Callable[[], float], now_ns: int) -> None:
        self.throttle = Throttle()
        self._stages = stages
        self._health = health
        self._draw = draw
        self._gates: dict[CameraId, GateMemory] = {}
        self._looked_ns: dict[CameraId, int] = {}
        spent = [spending for history in stages.store.spent().values() for spending in history]
        self._memory = remember(stages.policy, spent, now_ns=stages.store.budget_now(now_ns))

    def process(self, frame: Frame) -> FrameId | Drop:
        """Take one frame as far as it gets."""
        begun = self.begin(frame)
        return begun if isinstance(begun, Drop) else self.finish(begun)

    def begin(self, frame: Frame) -> Begun | Drop:
        """Take a frame to the models, and leave them to it; count it where it ends before them."""
        self._health.count("seen")
        begun = self._begin(frame)
        if isinstance(begun, Drop):
            self._health.count(begun.reason)
        return begun

    def finish(self, begun: Begun) -> FrameId | Drop:
        """Take a frame on with what the models see, as far as it gets, and count where it ended."""
        ended = self._finish(begun)
        self._health.count(ended.reason if isinstance(ended, Drop) else "kept")
        return ended

    def _begin(self, frame: Frame) -> Begun | Drop:
        stages, camera, taken_ns = self._stages, frame.camera, frame.taken.monotonic_ns
        if frame.width * frame.height > MAX_PIXELS:
            return Drop("source.too_large")  # the centre would refuse it for good
        # read for every frame: the clock on which budgets and cooldowns run sees time pass, and survives restarts
        now_ns = stages.store.budget_now(taken_ns)
        if camera in stages.live and not due(self.throttle, self._looked_ns.get(camera), at_ns=taken_ns):
            return Drop("governor.busy")
        self._looked_ns[camera] = taken_ns
        glance = look(self._gates.get(camera, GateMemory()), frame, section=stages.gate)
        self._gates[camera] = glance.memory
        if isinstance(glance.seen, Drop):
            return glance.seen
        if camera in stages.main_streams:
            stages.main_streams[camera].want()  # the picture comes while the models look
        return Begun(stages.panel.begin(frame), glance.seen, now_ns)

    def _finish(self, begun: Begun) -> FrameId | Drop:
        try:
            seen = self._stages.panel.finish(begun.look)
        except ModelError as error:
            self._health.trouble("detector", str(error))
            return Drop("detect.failed")
        self._health.trouble("detector", None)
        for name, fault in seen.faults.items():
            self._health.trouble(f"companion {name}", fault)
            if fault is not None:
                self._health.count("companion.failed")
        decision = self._decide(begun, seen)
        return decision if isinstance(decision, Drop) else self._keep(begun, seen, keep=decision)

    def _decide(self, begun: Begun, seen: Seen) -> Keep | Drop:
        policy, frame = self._stages.policy, begun.frame
        view = alone(seen.detections, size=(frame.width, frame.height))
        context = FrameContext(
            camera=frame.camera,
            taken_ns=frame.taken.monotonic_ns,
            now_ns=begun.now_ns,
            signals=measure(view, policy.measures, lore=self._stages.lore),
            quality=begun.quality,
            draw=self._draw(),
            cameras=max(1, len(self._stages.poses)),
            today=_day(frame.taken),
        )
        self._memory, decision = decide(policy, self._memory, context=context)
        if decision != Drop("rules.no_match"):
            self._health.count("unsure")
        return decision

    def _keep(self, begun: Begun, seen: Seen, *, keep: Keep) -> FrameId | Drop:
        stages, frame = self._stages, begun.frame
        image = self._picture(frame)
        jpeg = encode(image, stages.jpeg_quality)
        height, width = image.shape[:2]
        parts = (*keep.reasons, stages.panel.info, *seen.companions)
        described = sum(len(dump_json(part)) for part in parts) + _MANIFEST_FRAME
        annotations, reasons = self._annotate(begun, seen, keep=keep, size=(width, height), described=described)
        size = len(jpeg) + sum(len(dump_json(annotation)) for annotation in annotations) + described
        memory, settled = settle(stages.policy, self._memory, keep=keep, size=size, now_ns=begun.now_ns)
        if isinstance(settled, Drop):
            return settled
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
        if not isinstance(kept, Drop):
            self._memory = memory
        return kept

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


def _day(taken: Instant) -> date | None:
    """The day on which a frame was taken; None where nobody knows, because a rule must not expire by mistake."""
    if taken.wall_ms is None or taken.clock is ClockQuality.NONE:
        return None
    try:
        return datetime.fromtimestamp(taken.wall_ms / 1000, tz=UTC).date()
    except (OverflowError, ValueError):  # a clock beyond the year 9999
        return None
