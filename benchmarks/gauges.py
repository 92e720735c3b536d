"""CPU time and memory of this process and everything it has started, from the kernel's own books."""

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_SCHEDULED = 2  # of a process, on a clock of the kernel: the time that it ran, in nanoseconds


def descendants(process: int) -> Iterator[int]:
    """Name the living children of a process, and theirs."""
    for listed in _PROC.glob(f"{process}/task/*/children"):
        for child in map(int, _read(listed).split()):
            yield child
            yield from descendants(child)


def cpu_s() -> float:
    """Return seconds of CPU, user and system, of this process, its children, and those that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        time.process_time() + ended.ru_utime + ended.ru_stime + sum(_ran_s(child) for child in descendants(os.getpid()))
    )


def _ran_s(process: int) -> float:
    try:
        return time.clock_gettime(~process << 3 | _SCHEDULED)  # as clock_getcpuclockid(3) makes it
    except OSError:  # it has just ended, and is counted with the next reading
        return 0.0


def peak_bytes() -> int:
    """Return the greatest resident memory that each process of the tree ever had, added up.

    Pages that two of them share count twice, so this is never too small.
    """
    return sum(_status_bytes(process, key="VmHWM") for process in (os.getpid(), *descendants(os.getpid())))


def own_peak_bytes() -> int:
    """Return the greatest resident memory that this process ever had."""
    return _status_bytes(os.getpid(), key="VmHWM")


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    return _status_bytes(os.getpid(), key="VmRSS")


def threads() -> int:
    """Count the threads of this process."""
    return len(list((_PROC / "self" / "task").iterdir()))


def descriptors() -> int:
    """Count the open descriptors of this process."""
    return len(list((_PROC / "self" / "fd").iterdir()))


def _status_bytes(process: int, *, key: str) -> int:
    for line in _read(_PROC / str(process) / "status").splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0]) * 1024
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:  # the process has ended meanwhile
        return ""
