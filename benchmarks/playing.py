"""Plays a video through the agent's own child process, threads and pipeline, and tells when each frame has ended."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Queue

from assembly import CAMERA, Assembly

from askance.edge.config import CameraSection
from askance.edge.health import Health
from askance.edge.source import open_source
from askance.edge.workers import HandOver, Pulse, Worker, process, read


def play(assembly: Assembly, video: Path, *, ended: Callable[[int], bool]) -> None:
    """Play a video until its end, or until ``ended`` has had enough.

    Args:
        assembly: what looks at it.
        video: it.
        ended: told, in the pipeline's thread, of each frame that the gate or the rules have decided on, by its number
            from 1; whether to go on.

    Raises:
        Exception: what ended one of the two threads.
    """
    stop, health = threading.Event(), Health()
    pipeline = assembly.pipeline()
    count = 0

    def tell() -> None:
        nonlocal count
        count += 1
        if not stop.is_set() and not ended(count):
            stop.set()

    pipeline.tell = tell
    source = open_source(CameraSection(id=CAMERA, url=str(video)), jitter=random.random)
    frames: HandOver = Queue(maxsize=1)
    looks = partial(process, pipeline=pipeline, frames=frames, cameras=1, kept=lambda: None)
    reader = Worker(Pulse("camera", stop, health), partial(read, source=source, camera=CAMERA, frames=frames))
    looker = Worker(Pulse("pipeline", stop, health), looks)
    for worker in (reader, looker):
        worker.start()
    looker.join()
    source.close()
    stop.set()
    reader.join()
    for worker in (reader, looker):
        if worker.failure is not None:
            raise worker.failure


def frames_per_s(assembly: Assembly, video: Path, *, frames: int, warm: int) -> float:
    """Play a video and return its pace from the end of frame ``warm`` to that of frame ``frames``."""
    times: list[float] = []

    def ended(number: int) -> bool:
        times.append(time.perf_counter())
        return number < frames

    play(assembly, video, ended=ended)
    assembly.check()
    if len(times) < frames:
        raise SystemExit(f"{video} ended after {len(times)} frames, {frames} are needed")
    return (frames - warm) / (times[frames - 1] - times[warm - 1])
