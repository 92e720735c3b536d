"""The agent's threads: one per stream hands frames over, one looks and keeps, one carries to the centre."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Final, Protocol, TypeAlias

from askance.edge.courier import Courier
from askance.edge.health import Health
from askance.edge.source import MainStream, Source
from askance.edge.stages import Begun
from askance.edge.values import Drop, Frame
from askance.errors import AskanceError
from askance.redaction import redact
from askance.wire.identity import CameraId

PATIENCE_S: Final = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A recording has been played to its end, or its reader has failed."""

    camera: CameraId


# One place: a camera's reader waits here with its newest frame, a recording's with its next.
HandOver: TypeAlias = "Queue[Frame | Ended]"


@dataclass(frozen=True, slots=True)
class Pulse:
    """A worker's sign of life, and the word that it is time to stop.

    Attributes:
        part: the name under which the agent knows it.
        stop: set when the agent stops.
        health: takes the signs of life.
    """

    part: str
    stop: threading.Event
    health: Health

    def going(self) -> bool:
        """Give a sign of life; whether to go on."""
        self.health.beat(self.part, time.monotonic())
        return not self.stop.is_set()


class Worker(threading.Thread):
    """A thread whose failure is not lost, and stops the agent unless the others can go on without it.

    Attributes:
        failure: what it failed with; None: it has not.
        trouble: the same in words, without secrets.
        vital: as given.

    Args:
        pulse: its own.
        work: runs until it has nothing more to do or the pulse says so.
        vital: whether its failure stops the agent.
    """

    def __init__(self, pulse: Pulse, work: Callable[[Pulse], None], *, vital: bool = True) -> None:
        super().__init__(name=pulse.part, daemon=True)
        self.failure: Exception | None = None
        self.trouble: str | None = None
        self.vital = vital
        self._pulse = pulse
        self._work = work

    def run(self) -> None:
        """Work. This is a thread's top: whatever happens is logged, counted, and kept for the one who joins."""
        try:
            if self._pulse.going():  # from here on silence is noticed, also that of a worker that never gets anywhere
                self._work(self._pulse)
        except AskanceError as error:  # it says all there is to say, to the one who joins
            self._fail(error, said=str(error))
        except Exception as error:
            logger.exception("%s failed", self.name)
            self._fail(error, said=redact(f"{type(error).__name__}: {error}"))
        finally:
            self._pulse.health.retire(self._pulse.part)

    def _fail(self, error: Exception, *, said: str) -> None:
        self._pulse.health.count("worker.failed")
        self.trouble = said
        self.failure = error
        if self.vital:
            self._pulse.stop.set()


def read(pulse: Pulse, source: Source, *, camera: CameraId, frames: HandOver) -> None:
    """Hand a source's frames over until it ends, fails or the agent stops.

    Raises:
        SourceError: as the source does; the others' frames go on.
    """
    try:
        for frame in source.frames():
            if not _put(frame, frames, pulse=pulse):
                return
    finally:
        _put(Ended(camera), frames, pulse=pulse)


def fetch(_pulse: Pulse, stream: MainStream) -> None:
    """Fetch the pictures that are wanted of a camera's main stream, until it is closed."""
    stream.watch()


def _put(item: Frame | Ended, frames: HandOver, *, pulse: Pulse) -> bool:
    """Wait for the one place to be free; False when the agent stops first."""
    while pulse.going():
        try:
            frames.put(item, timeout=PATIENCE_S)
        except Full:
            continue
        return True
    return False


class Phases(Protocol):
    """What ``process`` needs of the pipeline."""

    def begin(self, frame: Frame, /) -> Begun | Drop:
        """Leave a frame to the models."""
        ...

    def finish(self, begun: Begun, /) -> object:
        """Take it on with what they see."""
        ...

    def idle(self, now_ns: int, /) -> object:
        """Use the time while no frame comes."""
        ...

    def stop(self) -> None:
        """Decide on all that waits, at once."""
        ...

    def flush(self, camera: CameraId, /, *, others: Collection[CameraId]) -> object:
        """Decide on what waits for more of a camera that has ended, while others go on or not."""
        ...


def process(pulse: Pulse, pipeline: Phases, *, frames: HandOver, cameras: Collection[CameraId]) -> None:
    """Look at frames until the sources of all ``cameras`` have ended or the agent stops.

    When the next frame is waiting it is begun before the last one is finished, so that the models never wait for a
    decision; when none is, the pipeline may use the time. What was begun is finished also when the agent stops. A model
    that hangs gives no sign of life here.
    """
    begun: Begun | None = None
    playing = set(cameras)
    while pulse.going() and (playing or begun is not None):
        item = _next(frames, wait=False)
        if item is None and begun is None:
            pipeline.idle(time.monotonic_ns())
            item = _next(frames, wait=True)
        following = pipeline.begin(item) if isinstance(item, Frame) else None
        if begun is not None:
            pipeline.finish(begun)
        if isinstance(item, Ended):
            playing.discard(item.camera)
            pipeline.flush(item.camera, others=playing)
        begun = following if isinstance(following, Begun) else None
    if begun is not None:
        pipeline.finish(begun)
    if playing:
        pipeline.stop()


def _next(frames: HandOver, *, wait: bool) -> Frame | Ended | None:
    """Take what is handed over; None when there is nothing, after a while or at once."""
    try:
        return frames.get(block=wait, timeout=PATIENCE_S)
    except Empty:
        return None


def carry(pulse: Pulse, courier: Courier) -> None:
    """Carry frames to the centre until the agent stops, then say goodbye."""
    while pulse.going():
        courier.step()
    courier.farewell()
