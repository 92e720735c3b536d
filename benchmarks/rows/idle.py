"""What a second thread costs a camera that is looked at a few times a second: nothing, as long as it does not spin."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count, cycle

from assembly import Assembly, frame
from bare import seconds
from material import Material
from ratios import Row, Sample, Samples

ROWS = (Row("idle", "CPU a frame at 2 and 5 frames/s, 320 fp32: two threads / one", "ms", 1.15),)
PACES = (2, 5)
SECONDS = 3
PICTURES = 5


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure the row: at each pace both, in turn."""
    assemblies = [
        Assembly(
            material.model("yolo11n-320"),
            material.rules,
            scratch=material.scratch(resources),
            resources=resources,
            threads=threads,
        )
        for threads in (1, 2)
    ]
    pipelines = [assembly.pipeline() for assembly in assemblies]
    pictures, numbers = cycle(material.frames(PICTURES)), count()

    def look(which: int) -> None:
        pipelines[which].process(frame(next(pictures), next(numbers)))

    def cpu_ms(which: int, *, pace: int) -> float:
        """Look at frames at a pace; CPU time of a frame with the pause after it."""
        begun, due = time.process_time(), time.monotonic()
        for _ in range(pace * SECONDS):
            look(which)
            due += 1 / pace
            time.sleep(max(0.0, due - time.monotonic()))
        return 1000 * (time.process_time() - begun) / (pace * SECONDS)

    for which in (0, 1):
        seconds(partial(look, which), 5)
    for pace in cycle(PACES):
        one = cpu_ms(0, pace=pace)
        two = cpu_ms(1, pace=pace)
        yield {name: Sample(two, one)}
