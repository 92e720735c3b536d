"""The limit that everything is held against: the agent's own session, run in a tight loop on one tensor."""

import time
from collections.abc import Callable
from typing import Any

from askance.edge.detect import Detector
from askance.edge.values import Image


def tight_loop(detector: Detector, image: Image) -> Callable[[], None]:
    """Return one bare ``session.run`` of a detector, on what it makes of an image.

    It is the very session that the agent runs: another one of the same options may lie luckier in memory.
    """
    native: Any = detector.model.session._session  # noqa: SLF001 (the library's own object, without our wrapper)
    names = [port.name for port in detector.model.session.outputs]
    feed = {detector.model.package.card.input.name: detector.prepare(image).tensor.copy()}

    def run() -> None:
        native.run(names, feed)

    return run


def seconds(work: Callable[[], object], times: int, *, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long so many calls take, by a clock."""
    begun = clock()
    for _ in range(times):
        work()
    return clock() - begun
