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


class Worker(threading.Thread):
    """A thread whose failure stops the agent instead of being lost.

    Args:
        name: of the thread.
        work: runs until it has nothing more to do or ``stop`` is set.
        stop: set when the worker fails.
        health: counts the failure.
    """

    def __init__(self, name: str, work: Callable[[], None], *, stop: threading.Event, health: Health) -> None:
        super().__init__(name=name, daemon=True)
        self.failure: Exception | None = None
        self._work = work
        self._halt = stop
        self._health = health

    def run(self) -> None:
        """Work. This is a thread's top: whatever happens is logged, counted, and kept for the one who joins."""
        try:
            self._work()
        except AskanceError as error:  # it says all there is to say, to the one who joins
            self._fail(error)
        except Exception as error:
            logger.exception("%s failed", self.name)
            self._fail(error)
        finally:
            self._health.retire(self.name)

    def _fail(self, error: Exception) -> None:
        self._health.count("worker.failed")
        self.failure = error
        self._halt.set()


def read(camera: CameraId, source: Source, *, frames: HandOver, stop: threading.Event, health: Health) -> None:
    """Hand a source's frames over until it ends or the agent stops."""
    for frame in source.frames():
        if not _put(frame, frames, stop=stop, beat=lambda: health.beat(f"camera {camera}", time.monotonic())):
            return
    _put(Ended(camera), frames, stop=stop, beat=lambda: None)


def _put(item: Frame | Ended, frames: HandOver, *, stop: threading.Event, beat: Callable[[], None]) -> bool:
    """Wait for the one place to be free; False when the agent stops first."""
    while not stop.is_set():
        beat()
        try:
            frames.put(item, timeout=PATIENCE_S)
        except Full:
            continue
        return True
    return False


def process(
    pipeline: Pipeline,
    frames: HandOver,
    *,
    cameras: int,
    kept: Callable[[], None],
    stop: threading.Event,
    health: Health,
) -> None:
    """Look at frames until all ``cameras`` sources have ended or the agent stops; ``kept`` is told of captures."""
    while cameras and not stop.is_set():
        health.beat("pipeline", time.monotonic())
        try:
            item = frames.get(timeout=PATIENCE_S)
        except Empty:
            continue
        if isinstance(item, Ended):
            cameras -= 1
        elif not isinstance(pipeline.process(item), Drop):
            kept()


def carry(courier: Courier, *, stop: threading.Event, health: Health) -> None:
    """Carry frames to the centre until the agent stops, then say goodbye."""
    while not stop.is_set():
        health.beat("courier", time.monotonic())
        courier.step()
    courier.farewell()
