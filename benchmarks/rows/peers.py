"""The agent against ultralytics, OpenCV's dnn and a bare session: CPU a frame, cold start and memory of each."""

from collections.abc import Iterator
from contextlib import ExitStack

from contest import Figures, run
from material import Material
from ratios import Row, Sample, Samples

ROWS_640 = (
    Row("cpu-640", "CPU a frame, 640 fp32: agent / ultralytics, one thread each", "ms", 0.92),
    Row("cpu-640-defaults", "CPU a frame, 640 fp32: agent / ultralytics as it comes", "ms", 0.75),
    Row("cpu-640-opencv", "CPU a frame, 640 fp32: agent / OpenCV's dnn, one thread", "ms"),
    Row("start", "process to first detection, 640 fp32: agent / ultralytics", "s", 0.125),
    Row("start-seconds", "process to first detection, 640 fp32: agent", "s", 1.0),
    Row("memory", "peak memory, 640 fp32: agent / ultralytics", "MB", 0.25),
    Row("memory-above", "peak memory, 640 fp32: agent - bare session", "MB", 90.0),
    Row("memory-tree", "peak memory, 640 fp32: agent and its decoding child / ultralytics", "MB"),
    Row("memory-limit", "peak memory, 640 fp32: bare session / ultralytics", "MB"),
)
ROWS_320 = (
    Row("cpu-320", "CPU a frame, 320 fp32: agent / ultralytics, one thread each", "ms", 0.92),
    Row("cpu-320-defaults", "CPU a frame, 320 fp32: agent / ultralytics as it comes", "ms", 0.75),
)
ROWS = (*ROWS_640, *ROWS_320)
FRAMES = {640: 30, 320: 80}
SESSION_FRAMES = 10


def rounds(name: str, material: Material, resources: ExitStack) -> Iterator[Samples]:
    """Measure all rows of a size, program after program, with the agent in the middle."""
    del resources  # each program is a process of its own
    size = 320 if name == "peers-320" else 640
    frames, video = FRAMES[size], material.video("moving")
    folder, file = material.model(f"yolo11n-{size}"), material.file(f"yolo11n-{size}")
    while True:
        peer = run("peer", file, video, frames, "--one")
        agent = run("agent", folder, material.rules, video, frames)
        defaults = run("peer", file, video, frames)
        samples = {
            f"cpu-{size}": Sample(agent.cpu_ms, peer.cpu_ms),
            f"cpu-{size}-defaults": Sample(agent.cpu_ms, defaults.cpu_ms),
        }
        if size == 640:  # noqa: PLR2004 (the size that costs most)
            session = run("session", file, size, SESSION_FRAMES)
            dnn = run("dnn", file, video, size, frames)
            samples |= _once(agent, peer=peer, session=session, dnn=dnn)
        yield samples


def _once(agent: Figures, *, peer: Figures, session: Figures, dnn: Figures) -> Samples:
    return {
        "cpu-640-opencv": Sample(agent.cpu_ms, dnn.cpu_ms),
        "start": Sample(agent.start_s, peer.start_s),
        "start-seconds": Sample(agent.start_s),
        "memory": Sample(agent.own_mb, peer.tree_mb),
        "memory-above": Sample(agent.own_mb - session.own_mb),
        "memory-tree": Sample(agent.tree_mb, peer.tree_mb),
        "memory-limit": Sample(session.own_mb, peer.tree_mb),
    }
