"""The agent's threads: frames are handed over one at a time, and no failure is lost."""

import threading
from collections.abc import Iterator, Mapping
from queue import Queue

import numpy as np
import pytest

from askance.edge.health import Health
from askance.edge.values import Frame, Instant
from askance.edge.workers import Ended, HandOver, Worker, read
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


def test_a_recording_is_handed_over_frame_by_frame_and_then_its_end() -> None:
    frames: HandOver = Queue(maxsize=1)
    health, stop = Health(), threading.Event()
    reader = Worker(
        "camera", lambda: read(CAMERA, Recording(), frames=frames, stop=stop, health=health), stop=stop, health=health
    )
    reader.start()

    got = [frames.get(timeout=5) for _ in range(4)]
    reader.join(5)

    assert [0, 1, 2] == [item.index for item in got[:3] if isinstance(item, Frame)]
    assert Ended(CAMERA) == got[3]
    assert "camera gate" in health.vitals().beats


def test_a_reader_that_nobody_takes_from_ends_when_the_agent_stops() -> None:
    frames: HandOver = Queue(maxsize=1)
    health, stop = Health(), threading.Event()
    reader = Worker(
        "camera", lambda: read(CAMERA, Recording(), frames=frames, stop=stop, health=health), stop=stop, health=health
    )
    reader.start()
    assert until(frames.full)

    stop.set()
    reader.join(5)

    assert not reader.is_alive()


@pytest.mark.parametrize("error", [SourceError("no such file", hint="look"), ZeroDivisionError("bug")])
def test_a_failure_stops_the_agent_and_is_kept_for_the_one_who_joins(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    health, stop = Health(), threading.Event()

    def fail() -> None:
        raise error

    worker = Worker("pipeline", fail, stop=stop, health=health)
    worker.start()
    worker.join(5)

    assert error is worker.failure
    assert stop.is_set()
    assert 1 == health.vitals().counts["worker.failed"]
    # an error of ours says all there is to say at the end; a bug needs its traceback
    assert isinstance(error, SourceError) != ("ZeroDivisionError" in caplog.text)
