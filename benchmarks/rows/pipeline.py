"""Frames a second of the whole pipeline on decoded frames, one after the other, against bare forward passes."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, cycle

from assembly import Assembly, frame
from bare import seconds, tight_loop
from material import Material
from ratios import Row, Sample, Samples

ROWS = (
    Row("pipeline-640", "decoded frames, 640 fp32: pipeline / session.run", "frames/s", 0.95, at_least=True),
    Row("pipeline-320", "decoded frames, 320 fp32: pipeline / session.run", "frames/s", 0.93, at_least=True),
    Row("pipeline-int8", "decoded frames, 320 INT8: pipeline / session.run", "frames/s", 0.90, at_least=True),
)
MODELS = {
    "pipeline-640": ("yolo11n-640", 16),
    "pipeline-320": ("yolo11n-320", 50),
    "pipeline-int8": ("yolo11n-320-int8", 60),
}
PICTURES = 20


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure one row, round by round: half of the bare passes before the pipeline, half after it."""
    model, frames = MODELS[name]
    assembly = Assembly(material.model(model), material.rules, scratch=material.scratch(resources), resources=resources)
    pictures, numbers = material.frames(PICTURES), count()
    bare, pipeline = tight_loop(assembly.detector, pictures[0]), assembly.pipeline()
    queue = cycle(pictures)

    def whole() -> None:
        pipeline.process(frame(next(queue), next(numbers)))

    seconds(bare, 5)
    seconds(whole, 5)
    while True:
        before = seconds(bare, frames // 2)
        ours = seconds(whole, frames)
        after = seconds(bare, frames // 2)
        assembly.check()
        yield {name: Sample(frames / ours, 2 * (frames // 2) / (before + after))}
