"""What 8 bits and an input of the frame's proportions save together, against the square in floating point."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, cycle
from pathlib import Path

from assembly import Assembly, frame
from bare import seconds
from material import Material
from ratios import Row, Sample, Samples

from askance.edge.detect.package import load_package
from askance.models.cards import write_card

ROWS = (Row("rectangle", "CPU a frame, 16:9, 640: rectangular INT8 / square fp32", "ms", 0.50),)
PICTURES = 10


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure the row: the square before and after the rectangle, both in the whole pipeline."""
    models = (_square(material, resources), material.model("yolo11n-dynamic-640-int8"))
    assemblies = [
        Assembly(model, material.rules, scratch=material.scratch(resources), resources=resources) for model in models
    ]
    square, rectangle = (assembly.pipeline() for assembly in assemblies)
    pictures, numbers = cycle(material.frames(PICTURES)), count()
    looks = [
        lambda pipeline=pipeline: pipeline.process(frame(next(pictures), next(numbers)))
        for pipeline in (square, rectangle)
    ]
    for look in looks:
        seconds(look, 3)
    while True:
        before = seconds(looks[0], 5, clock=time.process_time)
        ours = seconds(looks[1], 20, clock=time.process_time)
        after = seconds(looks[0], 5, clock=time.process_time)
        yield {name: Sample(1000 * ours / 20, 1000 * (before + after) / 10)}


def _square(material: Material, resources: ExitStack) -> Path:
    """Return the dynamic file in floating point under a card that knows its full size alone."""
    package = load_package(material.model("yolo11n-dynamic-640"))
    folder = material.scratch(resources)
    (folder / package.file.name).symlink_to(package.file)
    wanted = package.card.input.model_copy(update={"stride": None})
    write_card(package.card.model_copy(update={"input": wanted}), folder / "card.yaml")
    return folder
