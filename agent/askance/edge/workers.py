"""The agent's threads: one per camera hands frames over, one looks and keeps, one carries to the centre."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Final, TypeAlias

from askance.edge.courier import Courier
from askance.edge.health import Health
from askance.edge.pipeline import Pipeline
from askance.edge.source import Source
from askance.edge.values import Drop, Frame
from askance.errors import AskanceError
from askance.wire.identity import CameraId

PATIENCE_S: Final = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A recording has been played to its end."""

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
    """A thread whose failure stops the agent instead of being lost.

    Args:
        pulse: its own.
        work: runs until it has nothing more to do or the pulse says so.
    """

    def __init__(self, pulse: Pulse, work: Callable[[Pulse], None]) -> None:
        super().__init__(name=pulse.part, daemon=True)
        self.failure: Exception | None = None
        self._pulse = pulse
        self._work = work

    def run(self) -> None:
        """Work. This is a thread's top: whatever happens is logged, counted, and kept for the one who joins."""
        try:
            if self._pulse.going():  # from here on silence is noticed, also that of a worker that never gets anywhere
                self._work(self._pulse)
        except AskanceError as error:  # it says all there is to say, to the one who joins
            self._fail(error)
        except Exception as error:
            logger.exception("%s failed", self.name)
            self._fail(error)
        finally:
            self._pulse.health.retire(self._pulse.part)

    def _fail(self, error: Exception) -> None:
        self._pulse.health.count("worker.failed")
        self.failure = error
        self._pulse.stop.set()


def read(pulse: Pulse, source: Source, *, camera: CameraId, frames: HandOver) -> None:
    """Hand a source's frames over until it ends or the agent stops."""
    for frame in source.frames():
        if not _put(frame, frames, pulse=pulse):
            return
    _put(Ended(camera), frames, pulse=pulse)


def _put(item: Frame | Ended, frames: HandOver, *, pulse: Pulse) -> bool:
    """Wait for the one place to be free; False when the agent stops first."""
    while pulse.going():
        try:
            frames.put(item, timeout=PATIENCE_S)
        except Full:
            continue
        return True
    return False


def process(pulse: Pulse, pipeline: Pipeline, *, frames: HandOver, cameras: int, kept: Callable[[], None]) -> None:
    """Look at frames until all ``cameras`` sources have ended or the agent stops; ``kept`` is told of captures."""
    while cameras and pulse.going():
        try:
            item = frames.get(timeout=PATIENCE_S)
        except Empty:
            continue
        if isinstance(item, Ended):
            cameras -= 1
        elif not isinstance(pipeline.process(item), Drop):
            kept()


def carry(pulse: Pulse, courier: Courier) -> None:
    """Carry frames to the centre until the agent stops, then say goodbye."""
    while pulse.going():
        courier.step()
    courier.farewell()
