"""strace at a process: its system calls counted, killed at one of them, or answered with an error."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, NoReturn

import pytest

from support_polling import until

WRITING: Final = (
    *("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fallocate", "openat"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "mkdir", "mkdirat", "rmdir"),
)
"""Every system call with which a store changes a disk; ``openat`` where it makes or changes a file."""

LONGEST_S: Final = 60.0
DETACHED_S: Final = 10.0
_CALL: Final = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Point:
    """The ``number``-th call of its name, counted from 1."""

    call: str
    number: int


@dataclass(frozen=True, slots=True)
class Traced:
    """What came of a traced child.

    Attributes:
        lines: what it said, whole lines.
        calls: what strace wrote, line by line.
        killed: whether it was ended by SIGKILL.
    """

    lines: tuple[str, ...]
    calls: tuple[str, ...]
    killed: bool


def find_strace() -> None:
    """Skip the test where there is no strace."""
    if shutil.which("strace") is None:
        pytest.skip("no strace on this machine: apt-get install strace")


@contextmanager
def traced(pid: int, *options: str) -> Generator[subprocess.Popen[str]]:
    """Have strace at all threads of a process while the block lasts."""
    with subprocess.Popen(["strace", "-f", *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        attached = tracer.stderr.readline()
        assert "attached" in attached, attached + tracer.stderr.read()
        try:
            yield tracer
        finally:
            tracer.send_signal(signal.SIGINT)
            try:
                tracer.wait(timeout=DETACHED_S)
            except subprocess.TimeoutExpired:  # it waits for a thread that has been killed meanwhile
                tracer.kill()


def trace(live: Callable[[Say], object], folder: Path, *, options: Sequence[str]) -> Traced:
    """Fork a child that does ``live`` with strace at it, and return what it said.

    Args:
        live: gets a function that says a line; what it says is not counted as writing (it is ``sendto``).
        folder: for strace's log.
        options: of strace.
    """
    ours, theirs = socket.socketpair()
    log = folder / "strace.log"
    with ours:
        pid = os.fork()
        if pid == 0:
            _be_traced(live, ours, theirs=theirs)
        theirs.close()
        status: list[int] = []
        with traced(pid, "-o", str(log), *options):
            ours.send(b"g")
            said = bytearray()
            while part := ours.recv(2**16):
                said += part
            if not until(lambda: _ended(pid, status), within_s=LONGEST_S):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                raise AssertionError(f"the traced child was not over after {LONGEST_S:.0f} s")
    lines = said.decode().split("\n")[:-1]
    return Traced(tuple(lines), tuple(log.read_text(errors="replace").splitlines()), os.WIFSIGNALED(status[0]))


def _ended(pid: int, status: list[int]) -> bool:
    done, code = os.waitpid(pid, os.WNOHANG)
    if done:
        status.append(code)
    return done == pid


def _be_traced(live: Callable[[Say], object], ours: socket.socket, *, theirs: socket.socket) -> NoReturn:
    """Be the child: wait for the tracer, live, and end without the parent's clean-up."""
    try:
        ours.close()
        theirs.recv(1)
        live(lambda line: theirs.sendall(line.encode() + b"\n"))
    except BaseException as error:  # noqa: BLE001 (the child's top: whatever happened is said, and the parent judges)
        with suppress(OSError):
            theirs.sendall(f"wrong end: {type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(0)


def points(calls: Sequence[str]) -> list[Point]:
    """Every writing call of a log, in its order."""
    seen: dict[str, int] = {}
    found: list[Point] = []
    for line in calls:
        match = _CALL.match(line)
        if match is None:
            continue
        name, arguments = match[1], match[2]
        seen[name] = seen.get(name, 0) + 1
        if name in WRITING and (name != "openat" or re.search(r"O_CREAT|O_WRONLY|O_RDWR", arguments)):
            found.append(Point(name, seen[name]))
    return found


def choose(found: Sequence[Point], count: int, *, random: Random) -> list[Point]:
    """Choose points: half of them writes to a file, which are most of all, and half of all other calls."""
    plain = [point for point in found if point.call == "pwrite64"]
    rare = [point for point in found if point.call != "pwrite64"]
    return [
        *random.sample(plain, min(len(plain), count // 2)),
        *random.sample(rare, min(len(rare), count - count // 2)),
    ]
