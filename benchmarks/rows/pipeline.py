"""Frames a second of the whole pipeline on decoded frames, on one core, against bare forward passes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, cycle

from assembly import Assembly, frame
from bare import seconds, tight_loop
from material import Material
from ratios import Row, Sample, Samples

ROWS = (
    Row("pipeline-640", "decoded frames, 640 fp32, one core: pipeline / session.run", "frames/s", 0.95, at_least=True),
    Row("pipeline-320", "decoded frames, 320 fp32, one core: pipeline / session.run", "frames/s", 0.93, at_least=True),
    Row("pipeline-int8", "decoded frames, 320 INT8, one core: pipeline / session.run", "frames/s", 0.90, at_least=True),
)
MODELS = {
    "pipeline-640": ("yolo11n-640", 16),
    "pipeline-320": ("yolo11n-320", 60),
    "pipeline-int8": ("yolo11n-320-int8", 80),
}
PICTURES = 20
TOGETHER = 4  # frames, and as many bare passes, in turn: a slow spell of the machine meets both


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure one row, round by round: a few bare passes, a few frames, and so on."""
    model, frames = MODELS[name]
    with one_core():  # also for the threads that are started here
        assembly = Assembly(
            material.model(model), material.rules, scratch=material.scratch(resources), resources=resources
        )
        pictures, numbers = material.frames(PICTURES), count()
        bare, pipeline = tight_loop(assembly.detector, pictures[0]), assembly.pipeline()
        queue = cycle(pictures)

        def whole() -> None:
            pipeline.process(frame(next(queue), next(numbers)))

        seconds(bare, 5)
        seconds(whole, 5)
    while True:
        with one_core():
            took = [(seconds(bare, TOGETHER), seconds(whole, TOGETHER)) for _ in range(frames // TOGETHER)]
        assembly.check()
        passes, ours = (sum(column) for column in zip(*took, strict=True))
        yield {name: Sample(frames / ours, frames / passes)}


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and those that it starts, on one core: nothing can hide behind a forward pass."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
