"""A decoding child process, seen from its parent: start it, wait for it, read from it, kill it."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from askance.edge.decoding import ring
from askance.edge.decoding.messages import Job, Message, read_message, write_job
from askance.settings import bare_environment

_READ_BYTES: Final = 65536


class Decoder:
    """One child and what it shares with its parent; one thread's own.

    Raises:
        OSError: no memory, descriptor or process is left for it, or it was killed before it knew its job.
    """

    def __init__(self, job: Job) -> None:
        with ExitStack() as given:
            self._memory = _until(given, ring.create())
            self._ready = _until(given, os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK))
            self._free = _until(given, os.eventfd(ring.AHEAD, os.EFD_CLOEXEC | os.EFD_SEMAPHORE))
            self._said = b""
            self.ring = ring.RingReader(self._memory)
            self.over = False
            process = given.enter_context(_start((self._memory, self._ready, self._free)))
            given.callback(process.kill)
            assert process.stdin is not None  # noqa: S101 (Popen was asked for a pipe)
            assert process.stdout is not None  # noqa: S101 (the same)
            self._stdout = process.stdout
            os.set_blocking(self._stdout.fileno(), False)
            process.stdin.write(write_job(job))
            self._given = given.pop_all()

    def wait(self, timeout_s: float) -> None:
        """Block until the child has published, said something or died, at most ``timeout_s`` seconds."""
        poll = select.poll()
        poll.register(self._ready, select.POLLIN)
        if not self.over:
            poll.register(self._stdout, select.POLLIN)
        poll.poll(timeout_s * 1000)
        try:
            os.eventfd_read(self._ready)
        except BlockingIOError:
            return

    def messages(self) -> Iterator[Message]:
        """Yield what the child has said since; at its end ``over`` is set."""
        while not self.over:
            try:
                part = os.read(self._stdout.fileno(), _READ_BYTES)
            except BlockingIOError:
                break
            self.over = not part
            *lines, self._said = (self._said + part).split(b"\n")
            yield from map(read_message, lines)

    def release(self) -> None:
        """Let the child write one frame more."""
        os.eventfd_write(self._free, 1)

    def close(self) -> None:
        """End the child at once, if it has not ended, and give everything back."""
        self._given.close()


def _start(shared: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own module; nothing of the job is on the command line)
        [sys.executable, "-m", "askance.edge.decoding.child", *map(str, shared)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # libav prints addresses with their passwords
        env=bare_environment(),  # what it has to know it is told
        pass_fds=shared,
        start_new_session=True,  # an interrupt from the terminal is for the parent, which ends the child in order
    )


def _until(end: ExitStack, descriptor: int) -> int:
    """Have a descriptor closed at the end."""
    end.callback(os.close, descriptor)
    return descriptor
