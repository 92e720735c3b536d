"""The agent's threads: frames are handed over one at a time, and no failure is lost."""

import threading
import time
from collections.abc import Iterator, Mapping
from queue import Queue

import numpy as np
import pytest

from askance.edge.health import Health
from askance.edge.values import Frame, Instant
from askance.edge.workers import Ended, HandOver, Pulse, Worker, read
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
