"""The order of the stages and nothing else: one frame from the governor to the store."""

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from askance.codecs.header import MAX_PIXELS
from askance.edge.attention import GateSection
from askance.edge.camera_motion import STILL, CameraMotion, estimate
from askance.edge.decided import Observer
from askance.edge.decider import Decider, Ends
from askance.edge.detect.panel import Seen
from askance.edge.gate import GateMemory, look
from askance.edge.governor import Throttle, due
from askance.edge.health import Health
from askance.edge.rules import Policy
from askance.edge.score import TEMPORAL
from askance.edge.spare import Spare
from askance.edge.stages import Begun, Looked, Stages
from askance.edge.standing import Standings
from askance.edge.track import follow
from askance.edge.values import Drop, Frame
from askance.edge.view import Moment, untracked
from askance.edge.window import AHEAD, Ripe, Waiting, Window, flush, patience_ns, push, wait
from askance.errors import ModelError
from askance.wire.identity import CameraId, FrameId

MOVED: Final = 0.25
"""Share of the picture that has to have changed before the camera is asked whether it has moved."""


STILL_FRAME: Final = Drop("gate.still")

OPEN: Final = GateSection(
    motion=0.0, sharpness=0.0, darkest=0.0, brightest=1.0, duplicate=-1, contrast=0.0, structure=0.0, frozen=None
)
"""The gate for a frame that somebody has asked for."""


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
        observer: told how every frame ended, and what the rules said of it.
    """

    def __init__(
        self,
        stages: Stages,
        health: Health,
        *,
        draw: Callable[[], float],
        now_ns: int,
        kept: Callable[[], None],
        observer: Observer,
    ) -> None:
        self.throttle = Throttle()
        self._stages = stages
        self._health = health
        self._observer = observer
        self._decider = Decider(stages, health, draw=draw, now_ns=now_ns, kept=kept, observer=observer)
        second = stages.second
        self._spare = None if second is None else Spare(self._decider, second, share=stages.share, clock=time.monotonic)
        self._coming: deque[Policy] = deque(maxlen=1)
        self._under_way = 0
        self._passed: list[tuple[CameraId, int]] = []
        self._standings = Standings()
        self._looked_ns: dict[CameraId, int] = {}
        self._windows: dict[CameraId, Window[Looked]] = {}
        self._stood: dict[CameraId, str | None] = {}
        self._tracking = _tracking(stages.policy)

    def process(self, frame: Frame) -> FrameId | Drop:
        """Take one frame as far as it gets, without waiting for those after it or for better ones."""
        begun = self.begin(frame)
        return begun if isinstance(begun, Drop) else (*self.finish(begun), *self.flush(frame.camera))[-1]

    def begin(self, frame: Frame) -> Begun | Drop:
        """Take a frame to the models, and leave them to it; count it where it ends before them."""
        self._health.count("seen")
        self._take_over(frame)
        begun = self._begin(frame)
        if isinstance(begun, Drop):
            self._end(begun)
            self._passed.append((frame.camera, frame.taken.monotonic_ns))
            if not self._under_way:  # else the frame that is comes first
                self._pass_time()
        else:
            self._under_way += 1
        return begun

    def finish(self, begun: Begun) -> Ends:
        """Take a frame on with what the models see; return how the frames ended that are decided on now."""
        self._under_way -= 1
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
        newest = self._waiting(begun, seen)
        # a picture of a main stream is large, and has to be fetched while it is fresh
        ahead = AHEAD if self._tracking and frame.camera not in self._stages.main_streams else 0
        window = self._window(frame.camera)
        elsewhere = begun.shift is None or self._stood.get(frame.camera, begun.pose) != begun.pose
        self._stood[frame.camera] = begun.pose
        # one scene says nothing of another
        window, over = (Window[Looked](), flush(window)[1]) if elsewhere else (window, ())
        self._windows[frame.camera], ripe = push(window, newest, ahead=ahead)
        return (*self._judge((*over, *ripe)), *self._pass_time())

    def flush(self, camera: CameraId, *, others: Collection[CameraId] = ()) -> Ends:
        """Decide on what waits for frames that will not come any more.

        Args:
            camera: has ended.
            others: cameras that go on; without any, what waits for better frames is decided on, too. While there are
                some, time ends the slots, which are those of all cameras together.
        """
        self._windows[camera], ripe = flush(self._window(camera))
        ends = self._judge(ripe)
        return ends if others else (*ends, *self._decider.flush())

    def idle(self, now_ns: int) -> Ends:
        """Use the time while no frame comes: end what is over, or look again at what waits, one forward pass.

        Args:
            now_ns: the monotonic clock, nanoseconds; recordings have time lines of their own, and wait for nothing.
        """
        if not self._stages.live:
            return ()
        self._passed += [(camera, now_ns) for camera in self._stages.live]
        ends = self._pass_time()
        return ends if self._spare is None else (*ends, *self._spare.use())

    def stop(self) -> None:
        """Decide at once on all that waits: the agent stops, and nobody looks again."""
        for camera, window in self._windows.items():
            self._windows[camera], ripe = flush(window)
            self._judge(ripe)
        self._decider.flush(looks=False)

    def adopt(self, policy: Policy) -> None:
        """Go by other rules from the next frame on; what they have paid and seen is not forgotten. For any thread."""
        self._coming.append(policy)

    def _begin(self, frame: Frame) -> Begun | Drop:
        stages, camera, taken_ns = self._stages, frame.camera, frame.taken.monotonic_ns
        if frame.width * frame.height > MAX_PIXELS:
            return Drop("source.too_large")  # the centre would refuse it for good
        # read for every frame: the clock on which budgets and cooldowns run sees time pass, and survives restarts
        now_ns = stages.store.budget_now(taken_ns)
        asked = stages.told.asked(camera)
        if (
            asked is None
            and camera in stages.live
            and not due(self.throttle, self._looked_ns.get(camera), at_ns=taken_ns)
        ):
            return Drop("governor.busy")
        self._looked_ns[camera] = taken_ns
        pose = stages.pose(camera)
        standing = self._standings.turn((camera, pose))
        before = standing.gate
        glance = look(before, frame, section=stages.gate if asked is None else OPEN)
        standing.gate = glance.memory
        self._health.trouble(f"picture {camera}", glance.memory.picture.trouble)
        if isinstance(glance.seen, Drop):
            if glance.seen == STILL_FRAME:
                standing.still_ns = taken_ns
            return glance.seen
        still_ns, standing.still_ns = standing.still_ns, None
        if camera in stages.main_streams:
            stages.main_streams[camera].want()  # the picture comes while the models look
        shift = self._shift(before, glance.memory, frame=frame) if (glance.seen.motion or 0.0) > MOVED else STILL
        readings = stages.told.readings(taken_ns)
        return Begun(stages.panel.begin(frame), glance.seen, now_ns, shift, still_ns, asked, readings, pose)

    def _shift(self, before: GateMemory, now: GateMemory, *, frame: Frame) -> CameraMotion | None:
        """Estimate how the camera has moved, where a rule wants to know who is who."""
        if not self._tracking or before.tile is None or now.tile is None:
            return STILL
        return estimate(before.tile, now.tile, size=(frame.width, frame.height))

    def _window(self, camera: CameraId) -> Window[Looked]:
        return self._windows.get(camera, Window())

    def _waiting(self, begun: Begun, seen: Seen) -> Waiting[Looked]:
        """Say who is who, where a rule wants to know, and how long others are waited for."""
        frame, taken_ns = begun.frame, begun.frame.taken.monotonic_ns
        size, looked = (frame.width, frame.height), Looked(begun, seen)
        if not self._tracking:
            return Waiting(untracked(seen.detections, at_ns=taken_ns), size, looked)
        standing = self._standings.at(begun.where)
        memory = standing.tracks
        if begun.still_ns is not None:
            memory = replace(memory, at_ns=begun.still_ns)
        gap_ns = 0 if memory.at_ns is None else taken_ns - memory.at_ns
        standing.tracks, tracks = follow(memory, seen.detections, at_ns=taken_ns, camera=begun.shift)
        moment = Moment(seen.detections, tracks, taken_ns, standing.tracks.sightings)
        return Waiting(moment, size, looked, patience_ns(gap_ns))

    def _take_over(self, frame: Frame) -> None:
        """Go by other rules from a frame on, if there are any."""
        while self._coming:
            policy = self._coming.popleft()
            self._decider.adopt(policy, now_ns=self._stages.store.budget_now(frame.taken.monotonic_ns))
            self._tracking = _tracking(policy)

    def _pass_time(self) -> Ends:
        """Note that time has passed at cameras without a frame that was looked at: end what has waited long enough."""
        ends: list[FrameId | Drop] = []
        for camera, taken_ns in self._passed:
            self._windows[camera], ripe = wait(self._window(camera), now_ns=taken_ns)
            ends += self._judge(ripe)
            waiting = (each.item.begun.now_ns for window in self._windows.values() for each in window.waiting)
            ends += self._decider.close(min([self._stages.store.budget_now(taken_ns), *waiting]))
        self._passed.clear()
        return tuple(ends)

    def _judge(self, ripe: Ripe[Looked]) -> Ends:
        return tuple(ended for view, looked in ripe for ended in self._decider.decide(view, looked))

    def _end(self, drop: Drop) -> Drop:
        """Count a frame that the rules were not asked about."""
        self._health.count(drop.reason)
        self._observer.end(drop)
        return drop


def _tracking(policy: Policy) -> bool:
    """Whether a rule wants to know who is who."""
    return policy.follows or any(wish.signal in TEMPORAL for wish in policy.measures)
