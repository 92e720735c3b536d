"""The agent's parts as a program of their own: MODEL_FOLDER RULES VIDEO FRAMES [--shut]."""

import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from assembly import OPEN, SHUT, Assembly
from figures import Run
from playing import Playing


def main() -> None:
    """Play a video; with ``--shut`` through the default gate, which a still one does not pass."""
    model, rules, video = map(Path, sys.argv[1:4])
    run = Run(int(sys.argv[4]))
    with ExitStack() as resources:
        scratch = Path(resources.enter_context(TemporaryDirectory()))
        gate = SHUT if "--shut" in sys.argv[5:] else OPEN
        playing = Playing(video)  # as the daemon does: decoding starts while the model loads
        assembly = Assembly(model, rules, scratch=scratch, resources=resources, gate=gate)
        playing.through(assembly, ended=run.frame)
        assembly.check()
        if gate is SHUT and assembly.health.vitals().counts.get("gate.still", 0) < run.frames - 1:
            raise SystemExit(f"the gate was not shut: {assembly.health.vitals().counts}")


if __name__ == "__main__":
    main()
