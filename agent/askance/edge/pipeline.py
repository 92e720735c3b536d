"""The order of the stages and nothing else: one frame from the governor to the store."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from askance.codecs.header import MAX_PIXELS
from askance.edge.camera_motion import STILL, CameraMotion, estimate
from askance.edge.detect.panel import Seen
from askance.edge.gate import GateMemory, look
from askance.edge.governor import Throttle, due
from askance.edge.health import Health
from askance.edge.keeper import Begun, Keeper, Stages
from askance.edge.rules import FrameContext, decide, looks, remember
from askance.edge.score import TEMPORAL, measure
from askance.edge.track import TrackMemory, follow
from askance.edge.values import Drop, Frame, Instant
from askance.edge.view import Moment, View, untracked
from askance.edge.window import AHEAD, Ripe, Waiting, Window, flush, push, wait
from askance.errors import ModelError
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId, FrameId

Ends = tuple[FrameId | Drop, ...]

MOVED: Final = 0.25
"""Share of the picture that has to have changed before the camera is asked whether it has moved."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A frame that the models have looked at, and the rules have not."""

    begun: Begun
    seen: Seen


class Pipeline:
    """Carries frames through the stages, in order; for one thread.

    Between ``begin`` and ``finish`` of a frame the next one may be begun, no more: the models then look at one frame
    while the last is decided on. Decisions are the same either way. Where a rule watches tracks a frame is decided on
    when the frames after it are seen, or none came for a while.

    Args:
        stages: the stages.
        health: where every frame is counted, with the reason why it went no further.
        draw: random numbers in [0, 1), for the random arm.
        now_ns: the monotonic clock at the start, nanoseconds.
        kept: told of every frame that is stored.
    """

    def __init__(
        self, stages: Stages, health: Health, *, draw: Callable[[], float], now_ns: int, kept: Callable[[], None]
    ) -> None:
        self.throttle = Throttle()
        self._stages = stages
        self._health = health
        self._draw = draw
        self._keeper = Keeper(stages, health, kept=kept)
        self._gates: dict[CameraId, GateMemory] = {}
        self._looked_ns: dict[CameraId, int] = {}
        self._windows: dict[CameraId, Window[Looked]] = {}
        self._tracks: dict[CameraId, TrackMemory] = {}
        self._tracking = any(wish.signal in TEMPORAL for wish in stages.policy.measures)
        spent = [spending for history in stages.store.spent().values() for spending in history]
        self._memory = remember(stages.policy, spent, now_ns=stages.store.budget_now(now_ns))

    def process(self, frame: Frame) -> FrameId | Drop:
        """Take one frame as far as it gets, without waiting for those after it."""
        begun = self.begin(frame)
        return begun if isinstance(begun, Drop) else (*self.finish(begun), *self.flush(frame.camera))[-1]

    def begin(self, frame: Frame) -> Begun | Drop:
        """Take a frame to the models, and leave them to it; count it where it ends before them."""
        self._health.count("seen")
        begun = self._begin(frame)
        if isinstance(begun, Drop):
            self._health.count(begun.reason)
            window, ripe = wait(self._window(frame.camera), now_ns=frame.taken.monotonic_ns)
            self._windows[frame.camera] = window
            self._judge(ripe)
        return begun

    def finish(self, begun: Begun) -> Ends:
        """Take a frame on with what the models see; return how the frames ended that are decided on now."""
        try:
            seen = self._stages.panel.finish(begun.look)
        except ModelError as error:
            self._health.trouble("detector", str(error))
            return (self._end(Drop("detect.failed")),)
        self._health.trouble("detector", None)
        for name, fault in seen.faults.items():
            self._health.trouble(f"companion {name}", fault)
            if fault is not None:
                self._health.count("companion.failed")
        frame = begun.frame
        newest = Waiting(self._moment(begun, seen), (frame.width, frame.height), Looked(begun, seen))
        # a picture of a main stream is large, and has to be fetched while it is fresh
        ahead = AHEAD if self._tracking and frame.camera not in self._stages.main_streams else 0
        window, ripe = push(self._window(frame.camera), newest, ahead=ahead)
        self._windows[frame.camera] = window
        return self._judge(ripe)

    def flush(self, camera: CameraId) -> Ends:
        """Decide on what waits for frames that will not come any more."""
        window, ripe = flush(self._window(camera))
        self._windows[camera] = window
        return self._judge(ripe)

    def _begin(self, frame: Frame) -> Begun | Drop:
        stages, camera, taken_ns = self._stages, frame.camera, frame.taken.monotonic_ns
        if frame.width * frame.height > MAX_PIXELS:
            return Drop("source.too_large")  # the centre would refuse it for good
        # read for every frame: the clock on which budgets and cooldowns run sees time pass, and survives restarts
        now_ns = stages.store.budget_now(taken_ns)
        if camera in stages.live and not due(self.throttle, self._looked_ns.get(camera), at_ns=taken_ns):
            return Drop("governor.busy")
        self._looked_ns[camera] = taken_ns
        before = self._gates.get(camera, GateMemory())
        glance = look(before, frame, section=stages.gate)
        self._gates[camera] = glance.memory
        if isinstance(glance.seen, Drop):
            return glance.seen
        if camera in stages.main_streams:
            stages.main_streams[camera].want()  # the picture comes while the models look
        shift = self._shift(before, glance.memory, frame=frame) if (glance.seen.motion or 0.0) > MOVED else STILL
        return Begun(stages.panel.begin(frame), glance.seen, now_ns, shift)

    def _shift(self, before: GateMemory, now: GateMemory, *, frame: Frame) -> CameraMotion:
        """Estimate how the camera has moved, where a rule wants to know who is who."""
        if not self._tracking or before.tile is None or now.tile is None:
            return STILL
        return estimate(before.tile, now.tile, size=(frame.width, frame.height))

    def _window(self, camera: CameraId) -> Window[Looked]:
        return self._windows.get(camera, Window())

    def _moment(self, begun: Begun, seen: Seen) -> Moment:
        """Say who is who, where a rule wants to know."""
        frame, taken_ns = begun.frame, begun.frame.taken.monotonic_ns
        if not self._tracking:
            return untracked(seen.detections, at_ns=taken_ns)
        memory = self._tracks.get(frame.camera, TrackMemory())
        self._tracks[frame.camera], tracks = follow(memory, seen.detections, at_ns=taken_ns, camera=begun.shift)
        return Moment(seen.detections, tracks, taken_ns)

    def _judge(self, ripe: Ripe[Looked]) -> Ends:
        return tuple(self._end(self._decide(view, looked)) for view, looked in ripe)

    def _end(self, ended: FrameId | Drop) -> FrameId | Drop:
        self._health.count(ended.reason if isinstance(ended, Drop) else "kept")
        return ended

    def _context(self, view: View, begun: Begun) -> FrameContext:
        return FrameContext(
            camera=begun.frame.camera,
            taken_ns=begun.frame.taken.monotonic_ns,
            now_ns=begun.now_ns,
            signals=measure(view, self._stages.policy.measures, lore=self._stages.lore),
            quality=begun.quality,
            looks=looks(view.detections, dhash=begun.quality.dhash, size=view.size),
            draw=self._draw(),
            cameras=max(1, len(self._stages.poses)),
            today=_day(begun.frame.taken),
        )

    def _decide(self, view: View, looked: Looked) -> FrameId | Drop:
        context = self._context(view, looked.begun)
        self._memory, decision = decide(self._stages.policy, self._memory, context=context)
        if decision != Drop("rules.no_match"):
            self._health.count("unsure")
        if isinstance(decision, Drop):
            return decision
        memory, ended = self._keeper.keep(looked.begun, looked.seen, keep=decision, memory=self._memory)
        self._memory = memory if isinstance(ended, Drop) else memory.kept(context)
        return ended


def _day(taken: Instant) -> date | None:
    """The day on which a frame was taken; None where nobody knows, because a rule must not expire by mistake."""
    if taken.wall_ms is None or taken.clock is ClockQuality.NONE:
        return None
    try:
        return datetime.fromtimestamp(taken.wall_ms / 1000, tz=UTC).date()
    except (OverflowError, ValueError):  # a clock beyond the year 9999
        return None
