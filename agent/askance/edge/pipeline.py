"""The order of the stages and nothing else: one frame from the gate to the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from askance.codecs.header import MAX_PIXELS
from askance.codecs.jpeg import encode
from askance.edge.annotate import annotate, fit
from askance.edge.config import GateSection
from askance.edge.detect import Detector
from askance.edge.gate import GateMemory, look
from askance.edge.health import Health
from askance.edge.rules import FrameContext, Policy, decide, remember, settle
from askance.edge.score import measure
from askance.edge.store import Draft, Store
from askance.edge.values import Detections, Drop, Frame, Instant, Keep, Quality, Spending
from askance.errors import ModelError, StoreFullError, WireError
from askance.wire.capture import ClockQuality, ImageInfo
from askance.wire.codec import MAX_MANIFEST, dump_json
from askance.wire.identity import CameraId, FrameId

FULL: Final = "full of frames that are worth more; it goes on when the centre takes some, or raise `store.quota`"
_MANIFEST_FRAME: Final = 2048  # bytes of a manifest without its annotations, rounded up


@dataclass(frozen=True, slots=True)
class Stages:
    """What a frame passes, from left to right, and what it is described with."""

    gate: GateSection
    detector: Detector
    policy: Policy
    store: Store
    labels: Mapping[int, str]
    poses: Mapping[CameraId, str | None]
    jpeg_quality: int


class Pipeline:
    """Carries one frame at a time through the stages; for one thread.

    Args:
        stages: the stages.
        health: where every frame is counted, with the reason why it went no further.
        draw: random numbers in [0, 1), for the random arm.
        now_ns: the monotonic clock at the start, nanoseconds.
    """

    def __init__(self, stages: Stages, health: Health, *, draw: Callable[[], float], now_ns: int) -> None:
        self._stages = stages
        self._health = health
        self._draw = draw
        self._gates: dict[CameraId, GateMemory] = {}
        spent = [spending for history in stages.store.spent().values() for spending in history]
        self._memory = remember(stages.policy, spent, now_ns=stages.store.budget_now(now_ns))

    def process(self, frame: Frame) -> FrameId | Drop:
        """Take one frame as far as it gets, and count where it ended."""
        self._health.count("seen")
        ended = self._process(frame)
        self._health.count(ended.reason if isinstance(ended, Drop) else "kept")
        return ended

    def _process(self, frame: Frame) -> FrameId | Drop:
        if frame.width * frame.height > MAX_PIXELS:
            return Drop("source.too_large")  # the centre would refuse it for good
        # read for every frame: the clock on which budgets and cooldowns run sees time pass, and survives restarts
        now_ns = self._stages.store.budget_now(frame.taken.monotonic_ns)
        glance = look(self._gates.get(frame.camera, GateMemory()), frame, section=self._stages.gate)
        self._gates[frame.camera] = glance.memory
        if glance.drop is not None:
            return glance.drop
        try:
            detections = self._stages.detector.detect(frame)
        except ModelError as error:
            self._health.trouble("detector", str(error))
            return Drop("detect.failed")
        self._health.trouble("detector", None)
        decision = self._decide(frame, detections, quality=glance.quality, now_ns=now_ns)
        if isinstance(decision, Drop):
            return decision
        return self._keep(frame, detections, keep=decision, quality=glance.quality, now_ns=now_ns)

    def _decide(self, frame: Frame, detections: Detections, *, quality: Quality, now_ns: int) -> Keep | Drop:
        policy = self._stages.policy
        context = FrameContext(
            camera=frame.camera,
            taken_ns=frame.taken.monotonic_ns,
            now_ns=now_ns,
            signals=measure(detections, policy.measures, names=self._stages.labels),
            quality=quality,
            draw=self._draw(),
            cameras=max(1, len(self._stages.poses)),
            today=_day(frame.taken),
        )
        self._memory, decision = decide(policy, self._memory, context=context)
        if decision != Drop("rules.no_match"):
            self._health.count("unsure")
        return decision

    def _keep(
        self, frame: Frame, detections: Detections, *, keep: Keep, quality: Quality, now_ns: int
    ) -> FrameId | Drop:
        stages = self._stages
        jpeg = encode(frame.image, stages.jpeg_quality)
        described = sum(len(dump_json(part)) for part in (*keep.reasons, stages.detector.info)) + _MANIFEST_FRAME
        annotations, reasons = fit(annotate(detections, stages.labels), keep.reasons, room=MAX_MANIFEST - described)
        size = len(jpeg) + sum(len(dump_json(annotation)) for annotation in annotations) + described
        memory, settled = settle(stages.policy, self._memory, keep=keep, size=size, now_ns=now_ns)
        if isinstance(settled, Drop):
            return settled
        draft = Draft(
            camera=frame.camera,
            pose=stages.poses.get(frame.camera),
            taken=frame.taken,
            image=ImageInfo(width=frame.width, height=frame.height, dhash=quality.dhash),
            model=stages.detector.info,
            annotations=annotations,
            reasons=reasons,
            arm=settled.arm,
            inclusion_probability=settled.inclusion_probability,
            value=settled.value,
            priority=settled.priority,
            spendings=tuple(Spending(payer.rule, now_ns, 1, size) for payer in settled.payers),
        )
        try:
            kept = stages.store.keep(draft, jpeg)
        except StoreFullError as error:
            self._health.trouble("store", str(error))
            return Drop("store.full")
        except WireError as error:
            self._health.trouble("store", str(error))
            return Drop(f"store.{error.code}")
        if isinstance(kept, Drop):
            self._health.trouble("store", FULL)
            return kept
        self._health.trouble("store", None)
        self._memory = memory
        return kept


def _day(taken: Instant) -> date | None:
    """The day on which a frame was taken; None where nobody knows, because a rule must not expire by mistake."""
    if taken.wall_ms is None or taken.clock is ClockQuality.NONE:
        return None
    try:
        return datetime.fromtimestamp(taken.wall_ms / 1000, tz=UTC).date()
    except (OverflowError, ValueError):  # a clock beyond the year 9999
        return None
