"""What a program under test says about its own run, in one line of JSON on standard output."""

import json
import sys
import time

import gauges

WARM = 5


class Run:
    """Counts the frames of a run; the program calls ``frame`` after each.

    Args:
        frames: how many there will be; CPU time counts from the end of the fifth.
    """

    def __init__(self, frames: int) -> None:
        if frames <= WARM:
            raise SystemExit(f"expected more than {WARM} frames, got {frames}")
        self.frames = frames
        self._first_s = self._cpu_s = 0.0

    def frame(self, number: int) -> bool:
        """Take note of the end of a frame, numbered from 1; whether to go on. After the last one, say everything."""
        if number == 1:
            self._first_s = time.monotonic()
        if number == WARM:
            self._cpu_s = gauges.cpu_s()
        if number == self.frames:
            cpu_ms = 1000 * (gauges.cpu_s() - self._cpu_s) / (self.frames - WARM)
            said = {
                "first_s": self._first_s,
                "cpu_ms": cpu_ms,
                "tree_mb": gauges.peak_bytes() / 1e6,
                "own_mb": gauges.own_peak_bytes() / 1e6,
            }
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()
        return number < self.frames
