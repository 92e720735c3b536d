"""The agent's threads: frames are handed over one at a time, and no failure is lost."""

import threading
import time
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from queue import Queue

import numpy as np
import pytest

from askance.edge.detect.panel import Look
from askance.edge.health import Health
from askance.edge.stages import Begun
from askance.edge.values import Drop, Frame, Instant, Quality
from askance.edge.workers import Ended, HandOver, Pulse, Worker, process, read
from askance.errors import SourceError
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_polling import until

CAMERA = CameraId("gate")


def frame(index: int) -> Frame:
    return Frame(np.zeros((2, 2, 3), np.uint8), CAMERA, Instant(index, None, ClockQuality.NONE), index)


class Recording:
    """A source of three frames; a real one, without a child process."""

    live = False
    trouble: str | None = None

    def __init__(self) -> None:
        self.counts: Mapping[str, int] = {}

    def frames(self) -> Iterator[Frame]:
        yield from map(frame, range(3))

    def beat(self) -> float:
        return 0.0

    def close(self) -> None:
        """Nothing to close."""


def reader(frames: HandOver, pulse: Pulse) -> Worker:
    return Worker(pulse, lambda own: read(own, Recording(), camera=CAMERA, frames=frames))


@pytest.fixture
def pulse() -> Pulse:
    return Pulse("camera gate", threading.Event(), Health())


def test_a_recording_is_handed_over_frame_by_frame_and_then_its_end(pulse: Pulse) -> None:
    frames: HandOver = Queue(maxsize=1)
    working = reader(frames, pulse)
    working.start()

    got = [frames.get(timeout=5) for _ in range(4)]
    working.join(5)

    assert [0, 1, 2] == [item.index for item in got[:3] if isinstance(item, Frame)]
    assert Ended(CAMERA) == got[3]


def test_a_reader_that_nobody_takes_from_ends_when_the_agent_stops(pulse: Pulse) -> None:
    frames: HandOver = Queue(maxsize=1)
    working = reader(frames, pulse)
    working.start()
    assert until(frames.full)

    pulse.stop.set()
    working.join(5)

    assert not working.is_alive()


class Failing(Recording):
    """A recording that breaks off after two frames."""

    def frames(self) -> Iterator[Frame]:
        yield from map(frame, range(2))
        raise SourceError("broken at frame 2")


def test_a_source_that_fails_hands_its_end_over_and_leaves_the_agent_running(pulse: Pulse) -> None:
    frames: HandOver = Queue()
    working = Worker(pulse, lambda own: read(own, Failing(), camera=CAMERA, frames=frames), vital=False)
    working.start()
    working.join(5)

    assert [0, 1] == [item.index for item in (frames.get(), frames.get()) if isinstance(item, Frame)]
    assert Ended(CAMERA) == frames.get()
    assert "broken at frame 2" == working.trouble
    assert not pulse.stop.is_set()


class Steps:
    """A pipeline's order of work, without its stages: it writes down what it is told."""

    def __init__(self, *, waits: threading.Event | None = None) -> None:
        self.order: list[str] = []
        self._waits = waits

    def begin(self, item: Frame) -> Begun | Drop:
        self.order.append(f"begin {item.index}")
        if item.index % 3 == 2:
            return Drop("gate.still")
        look = Look(item, None, ())  # type: ignore[arg-type]  # only the frame is looked at here
        return Begun(look, Quality(0.5, 0.5, None, "0" * 16), 0)

    def finished(self, index: int) -> bool:
        return f"finish {index}" in self.order

    def finish(self, begun: Begun) -> None:
        if self._waits is not None:
            self._waits.wait(10)
        self.order.append(f"finish {begun.frame.index}")

    def idle(self, now_ns: int) -> None:
        assert abs(time.monotonic_ns() - now_ns) < 10**9
        self.order.append("idle")

    def stop(self) -> None:
        self.order.append("stop")

    def flush(self, camera: CameraId, *, others: Collection[CameraId]) -> None:
        self.order.append(" beside ".join([f"flush {camera}", *others]))


def looked_at(pulse: Pulse, steps: Steps, *items: Frame | Ended, cameras: Collection[CameraId] = (CAMERA,)) -> None:
    frames: HandOver = Queue()
    for item in items:
        frames.put(item)
    process(pulse, steps, frames=frames, cameras=cameras)


def test_the_next_frame_is_begun_before_the_last_is_finished(pulse: Pulse) -> None:
    steps = Steps()

    looked_at(pulse, steps, frame(0), frame(1), frame(2), frame(3), Ended(CAMERA))

    assert ["begin 0", "begin 1", "finish 0", "begin 2", "finish 1", "begin 3", "finish 3", "flush gate"] == steps.order


def test_who_ends_is_told_beside_whom_and_the_last_one_that_it_is_the_last(pulse: Pulse) -> None:
    steps, yard = Steps(), CameraId("yard")

    looked_at(pulse, steps, Ended(yard), frame(0), Ended(CAMERA), cameras=(CAMERA, yard))

    assert ["flush yard beside gate", "begin 0", "finish 0", "flush gate"] == steps.order


def test_a_frame_is_finished_at_once_when_none_is_waiting(pulse: Pulse) -> None:
    steps = Steps()
    frames: HandOver = Queue()
    thread = threading.Thread(target=lambda: process(pulse, steps, frames=frames, cameras=[CAMERA]))
    thread.start()
    for index in (0, 1):
        frames.put(frame(index))
        assert until(partial(steps.finished, index))
    frames.put(Ended(CAMERA))
    thread.join(5)

    assert ["begin 0", "finish 0", "begin 1", "finish 1", "flush gate"] == [
        step for step in steps.order if step != "idle"
    ]


def test_time_without_a_frame_can_be_used(pulse: Pulse) -> None:
    steps = Steps()
    frames: HandOver = Queue()
    thread = threading.Thread(target=lambda: process(pulse, steps, frames=frames, cameras=[CAMERA]))
    thread.start()
    assert until(lambda: steps.order.count("idle") > 1)
    frames.put(frame(0))
    assert until(partial(steps.finished, 0))
    frames.put(Ended(CAMERA))
    thread.join(5)

    assert "idle" == steps.order[0]
    assert ["begin 0", "finish 0"] == steps.order[steps.order.index("begin 0") :][:2]


def test_what_was_begun_is_finished_when_the_agent_stops(pulse: Pulse) -> None:
    release = threading.Event()
    steps = Steps(waits=release)
    frames: HandOver = Queue()
    for index in (0, 1, 3):
        frames.put(frame(index))
    thread = threading.Thread(target=lambda: process(pulse, steps, frames=frames, cameras=[CAMERA]))
    thread.start()
    assert until(lambda: "begin 1" in steps.order)

    pulse.stop.set()
    release.set()
    thread.join(5)

    assert ["begin 0", "begin 1", "finish 0", "finish 1", "stop"] == steps.order


def test_a_model_that_hangs_is_noticed(pulse: Pulse) -> None:
    release = threading.Event()
    worker = Worker(pulse, lambda own: looked_at(own, Steps(waits=release), frame(0), Ended(CAMERA)))
    worker.start()

    assert until(lambda: pulse.part in pulse.health.vitals().beats)
    later = time.monotonic() + 60
    assert until(lambda: (pulse.part,) == pulse.health.vitals().silent(later, longer_than_s=45, elsewhere={}))
    release.set()
    worker.join(5)


def test_a_worker_that_hangs_from_the_start_is_noticed(pulse: Pulse) -> None:
    release = threading.Event()

    def hang(_own: Pulse) -> None:
        release.wait(10)

    working = Worker(pulse, hang)
    working.start()

    assert until(lambda: "camera gate" in pulse.health.vitals().beats)
    later = time.monotonic() + 60
    assert ("camera gate",) == pulse.health.vitals().silent(later, longer_than_s=45, elsewhere={})
    release.set()
    working.join(5)
    assert () == pulse.health.vitals().silent(later, longer_than_s=45, elsewhere={})


@pytest.mark.parametrize("error", [SourceError("no such file", hint="look"), ZeroDivisionError("bug")])
def test_a_failure_stops_the_agent_and_is_kept_for_the_one_who_joins(
    pulse: Pulse, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_own: Pulse) -> None:
        raise error

    worker = Worker(pulse, fail)
    worker.start()
    worker.join(5)

    assert error is worker.failure
    assert pulse.stop.is_set()
    assert 1 == pulse.health.vitals().counts["worker.failed"]
    # an error of ours says all there is to say at the end; a bug needs its traceback
    assert isinstance(error, SourceError) != ("ZeroDivisionError" in caplog.text)
