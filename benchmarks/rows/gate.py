"""What a camera costs in which nothing moves: the agent with its gate closed, against bare decoding."""

from collections.abc import Iterator
from contextlib import ExitStack

from contest import run
from material import Material
from ratios import Row, Sample, Samples

ROWS = (Row("gate", "CPU a frame, still 1080p video: agent, gate closed / bare decoding", "ms", 1.15),)
FRAMES = 200


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure the row; half of the decoding before the agent, half after it."""
    del resources  # each program is a process of its own
    folder, video = material.model("yolo11n-320"), material.video("still")
    while True:
        before = run("decode", video, FRAMES).cpu_ms
        agent = run("agent", folder, material.rules, video, FRAMES, "--shut").cpu_ms
        after = run("decode", video, FRAMES).cpu_ms
        yield {name: Sample(agent, (before + after) / 2)}
