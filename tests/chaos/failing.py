"""Disks that fail for a while, under a process that goes on."""

import resource
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from chaos.tracer import traced
from support_programs import Program

CHANGING: Final = ("pwrite64", "fdatasync", "fsync", "rename", "mkdir", "unlink", "ftruncate", "fallocate")
"""Calls with which the agent changes its disk and nothing else."""

LONGEST_FILE: Final = 64 * 1024

Failing = Callable[[Program, Path], AbstractContextManager[Callable[[], object]]]
"""Breaks the disk that is mounted at a path under a program; what it gives is to be called over and over meanwhile."""


@contextmanager
def full(_program: Program, disk: Path) -> Generator[Callable[[], object]]:
    """Others take every byte that is free, and take what is freed."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        yield partial(_fill, file.write)
    filler.unlink()


def _fill(write: Callable[[bytes], object]) -> None:
    for size in (2**20, 2**12):
        try:
            while True:
                write(bytes(size))
        except OSError:
            continue


@contextmanager
def refusing(program: Program, _disk: Path, *, error: str) -> Generator[Callable[[], object]]:
    """Every change is answered with an error."""
    calls = ",".join(CHANGING)
    with traced(program.pid, "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"):
        yield lambda: None


@contextmanager
def limited(program: Program, _disk: Path) -> Generator[Callable[[], object]]:
    """No file may be longer than ``LONGEST_FILE``."""
    before = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (LONGEST_FILE, before[1]))
    try:
        yield lambda: None
    finally:
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, before)


KINDS: Final[dict[str, Failing]] = {
    "full": full,
    "read-only": partial(refusing, error="EROFS"),
    "failing": partial(refusing, error="EIO"),
    "limited": limited,
}
