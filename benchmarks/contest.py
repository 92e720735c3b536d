"""Runs the programs under test, each in a process of its own, and reads what they say."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from material import CHECKOUT, ENVIRONMENT

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of one program.

    Attributes:
        start_s: from the start of the process to what it found in its first frame, seconds.
        cpu_ms: CPU of the whole process tree a frame, user and system, once it is warm.
        tree_mb: greatest resident memory of the whole process tree, shared pages counted for each process.
        own_mb: that of the process alone.
    """

    start_s: float
    cpu_ms: float
    tree_mb: float
    own_mb: float


def run(subject: str, *arguments: object) -> Figures:
    """Run a program of the folder ``subjects``; ``peer`` in the environment that ultralytics lives in."""
    python = ENVIRONMENT if subject == "peer" else Path(sys.executable)
    command: list[str | Path] = [python, "-P", HERE / "subjects" / f"{subject}.py", *map(str, arguments)]
    paths = (HERE, CHECKOUT / "tests" / "references")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    begun = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise SystemExit(f"{subject} failed ({done.returncode}): {done.stderr[-2000:]}")
    said = json.loads(lines[-1])
    return Figures(said["first_s"] - begun, said["cpu_ms"], said["tree_mb"], said["own_mb"])
