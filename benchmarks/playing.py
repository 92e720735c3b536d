"""Plays a video through the agent's own child process, threads and pipeline, and tells when each frame has ended."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from queue import Queue

from assembly import CAMERA, Assembly

from askance.edge.config import CameraSection
from askance.edge.health import Health
from askance.edge.source import open_source
from askance.edge.workers import HandOver, Pulse, Worker, process, read


class Playing:
    """A video whose decoding begins now, and waits for somebody to look.

    Args:
        video: it.
    """

    def __init__(self, video: Path) -> None:
        self._stop, self._health = threading.Event(), Health()
        self._frames: HandOver = Queue(maxsize=1)
        self._source = open_source(CameraSection(id=CAMERA, url=str(video)), jitter=random.random)
        reading = partial(read, source=self._source, camera=CAMERA, frames=self._frames)
        self._reader = Worker(Pulse("camera", self._stop, self._health), reading)
        self._reader.start()

    def through(self, assembly: Assembly, *, ended: Callable[[int], bool]) -> None:
        """Play it through an agent until its end, or until ``ended`` has had enough.

        Args:
            assembly: what looks at it.
            ended: told, in the pipeline's thread, of each frame that the gate or the rules have decided on, by its
                number from 1; whether to go on.

        Raises:
            Exception: what ended one of the two threads.
        """
        pipeline, numbers = assembly.pipeline(), count(1)

        def tell() -> None:
            if not self._stop.is_set() and not ended(next(numbers)):
                self._stop.set()

        pipeline.tell = tell
        looks = partial(process, pipeline=pipeline, frames=self._frames, cameras=[CAMERA])
        looker = Worker(Pulse("pipeline", self._stop, self._health), looks)
        looker.start()
        looker.join()
        self._source.close()
        self._stop.set()
        self._reader.join()
        for worker in (self._reader, looker):
            if worker.failure is not None:
                raise worker.failure


def frames_per_s(assembly: Assembly, video: Path, *, frames: int, warm: int) -> float:
    """Play a video and return its pace from the end of frame ``warm`` to that of frame ``frames``."""
    times: list[float] = []

    def ended(number: int) -> bool:
        times.append(time.perf_counter())
        return number < frames

    Playing(video).through(assembly, ended=ended)
    assembly.check()
    if len(times) < frames:
        raise SystemExit(f"{video} ended after {len(times)} frames, {frames} are needed")
    return (frames - warm) / (times[frames - 1] - times[warm - 1])
