"""Where the time of a row's frames goes: milliseconds of each stage, median over many frames."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import TypeVar

import cv2
import numpy as np
from assembly import Assembly, frame
from bare import tight_loop
from material import Material
from playing import frames_per_s

from askance.edge.gate import GateMemory, look
from askance.edge.rules import FrameContext, decide, remember
from askance.edge.score import measure
from askance.edge.values import Drop, Frame
from askance.edge.view import alone

T = TypeVar("T")

WARM = 10
FRAMES = 60


class Stopwatch:
    """Wall and CPU time of named steps, milliseconds."""

    def __init__(self) -> None:
        self.taken: dict[str, list[tuple[float, float]]] = {}

    def __call__(self, step: str, work: Callable[[], T]) -> T:
        """Take the time of a step."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        taken = 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)
        self.taken.setdefault(step, []).append(taken)
        return result

    def lines(self) -> list[str]:
        """Write each step's medians."""
        return [
            f"  {step:24} {median(wall for wall, _ in taken):10.3f} {median(cpu for _, cpu in taken):10.3f}"
            for step, taken in self.taken.items()
        ]


def model_of(row: str) -> str:
    """Name the model that a row runs."""
    if row == "rectangle":
        return "yolo11n-dynamic-640-int8"
    if row == "pipeline-int8":
        return "yolo11n-320-int8"
    return "yolo11n-640" if "640" in row or row.startswith(("start", "memory")) else "yolo11n-320"


def profile(row: str, material: Material) -> str:
    """Run each stage by itself on the frames of the video, and the whole beside it."""
    video = material.video("still" if row == "gate" else "moving")
    threads = 2 if row in {"overlap-640", "overlap-320"} else 1
    with ExitStack() as resources:
        assembly = Assembly(
            material.model(model_of(row)),
            material.rules,
            scratch=material.scratch(resources),
            resources=resources,
            threads=threads,
        )
        capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
        watch, alone, whole = Stopwatch(), _Alone(assembly), assembly.pipeline()
        bare: Callable[[], None] | None = None
        found: list[int] = []
        for number in range(WARM + FRAMES):
            if number == WARM:
                watch = Stopwatch()
            image = np.asarray(watch("decode", capture.read)[1], np.uint8)
            bare = bare or tight_loop(assembly.detector, image)
            found.append(alone.frame(frame(image, number), watch))
            watch("whole, without decoding", partial(whole.process, frame(image, number)))
            watch("session.run", bare)
        pace = frames_per_s(assembly, video, frames=WARM + FRAMES, warm=WARM)
    lines = [
        f"{row}: {model_of(row)}, {threads} thread(s), median of {FRAMES} frames",
        f"  {'':24} {'wall ms':>10} {'CPU ms':>10}",
        *watch.lines(),
        f"  {'agent, from the video':24} {1000 / pace:10.3f}",
        f"  candidates: median {median(found):.0f}, {min(found)} to {max(found)}",
    ]
    return "\n".join(lines)


class _Alone:
    """The stages of a pipeline, called one after the other from one thread."""

    def __init__(self, assembly: Assembly) -> None:
        self._stages, self._detector = assembly.stages, assembly.detector
        self._gate = GateMemory()
        self._memory = remember(self._stages.policy, (), now_ns=0)

    def frame(self, taken: Frame, watch: Stopwatch) -> int:
        """Take a frame through; how many candidates it had."""
        stages, detector = self._stages, self._detector
        now_ns = watch("budget clock", lambda: stages.store.budget_now(taken.taken.monotonic_ns))
        glance = watch("gate", lambda: look(self._gate, taken, section=stages.gate))
        self._gate, quality = glance.memory, glance.seen
        if isinstance(quality, Drop):
            raise SystemExit(f"the gate is not open: {quality.reason}")
        prepared = watch("prepare", lambda: detector.prepare(taken.image))
        outputs = watch("forward", lambda: detector.forward(prepared))
        found = watch("read", lambda: detector.read(outputs, fit=prepared.fit))

        def judge() -> None:
            view = alone(found, size=(taken.width, taken.height))
            context = FrameContext(
                camera=taken.camera,
                taken_ns=taken.taken.monotonic_ns,
                now_ns=now_ns,
                signals=measure(view, stages.policy.measures, lore=stages.lore),
                quality=quality,
                view=view,
                draw=0.5,
                cameras=1,
            )
            self._memory, _ = decide(stages.policy, self._memory, context=context)

        watch("score and rules", judge)
        return len(found.scores)
