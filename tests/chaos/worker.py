"""A forked process that works until it is killed or its disk loses power, and what it said until then."""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self, TypeAlias

Say: TypeAlias = Callable[[str], None]
Work: TypeAlias = Callable[[Say], None]

FAILED: Final = "failed"
"""First word of what a worker says when its work raises."""


class Worker:
    """Runs ``work`` in a fork; what it says is out of its hands at once, so that no kill can take it back.

    Args:
        work: is given the function with which it says a line.
    """

    def __init__(self, work: Work) -> None:
        self._ear, mouth = os.pipe()
        self._heard = b""
        self._pid = os.fork()
        if self._pid == 0:
            os.setpgid(0, 0)
            _live(work, mouth)
        os.setpgid(self._pid, self._pid)
        os.close(mouth)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()

    def listen(self, within_s: float) -> None:
        """Wait until it has said a line or ended, at most so long."""
        deadline = time.monotonic() + within_s
        while b"\n" not in self._heard and (left_s := deadline - time.monotonic()) > 0:
            if not self._hear(left_s):
                return

    def said(self, for_s: float) -> list[str]:
        """Listen for so long, or until it ends; returns the whole lines that it has said so far."""
        deadline = time.monotonic() + for_s
        while self._hear(max(0.0, deadline - time.monotonic())):
            pass
        return self._heard.decode().split("\n")[:-1]

    def end(self) -> None:
        """Kill it and whoever it has forked; as the first process of its namespace, this one inherits them."""
        os.killpg(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-self._pid, 0)
        os.close(self._ear)

    def _hear(self, within_s: float) -> bool:
        """Take what it says next; False when it has ended or the time is over."""
        if not select.select([self._ear], [], [], within_s)[0]:
            return False
        piece = os.read(self._ear, 2**16)
        self._heard += piece
        return bool(piece)


def _live(work: Work, mouth: int) -> None:
    """Be the fork; does not return."""
    say = saying(mouth)
    try:
        work(say)
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent judges it)
        say(f"{FAILED} {type(error).__name__} {error}".splitlines()[0])
    finally:
        os._exit(0)


def saying(descriptor: int) -> Say:
    """Return the function that says a line; it stays as it is, whatever is done to ``os.write`` later."""
    write = os.write

    def say(line: str) -> None:
        write(descriptor, f"{line}\n".encode())

    return say
