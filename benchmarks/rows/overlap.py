"""Frames a second from a 1080p video on two cores, decoding and deciding beside the models, against bare passes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

from assembly import Assembly
from bare import seconds, tight_loop
from material import Material
from playing import frames_per_s
from ratios import Row, Sample, Samples

WHAT = "1080p video, {} fp32, {} thread(s): agent / session.run, 1 thread"
ROWS = (
    Row("overlap-640", WHAT.format(640, 2), "frames/s", 1.0, at_least=True),
    Row("overlap-320", WHAT.format(320, 2), "frames/s", 1.0, at_least=True),
    Row("overlap-640-one", WHAT.format(640, 1), "frames/s"),
    Row("overlap-320-one", WHAT.format(320, 1), "frames/s"),
)
FRAMES = {640: (10, 36), 320: (40, 90)}
WARM = 8


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure one row, round by round: half of the bare passes before the video, half after it."""
    if len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 (two cores)
        raise SystemExit(f"{name} needs two cores")
    size = 640 if "640" in name else 320
    model, video = material.model(f"yolo11n-{size}"), material.video("moving")
    single = Assembly(model, material.rules, scratch=material.scratch(resources), resources=resources)
    threads = 1 if name.endswith("-one") else 2
    ours = Assembly(model, material.rules, scratch=material.scratch(resources), resources=resources, threads=threads)
    bare, (passes, frames) = tight_loop(single.detector, material.frames(1)[0]), FRAMES[size]
    seconds(bare, 5)
    while True:
        before = seconds(bare, passes // 2)
        pace = frames_per_s(ours, video, frames=frames, warm=WARM)
        after = seconds(bare, passes // 2)
        yield {name: Sample(pace, 2 * (passes // 2) / (before + after))}
