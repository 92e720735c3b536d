"""The disk as it stands before every single step of a store: each statement, write, sync, rename, unlink and folder."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

import pytest

from askance.edge.store.envelopes import SUFFIX
from support_life import Disk, Life

CALLS: Final = ("fsync", "mkdir", "rename", "unlink")
NOT_THERE_AFTER_A_CRASH: Final = shutil.ignore_patterns("*-shm", "lock", "ballast")


class Steps(Life):
    """Calls ``before`` ahead of each step, while there is one to call.

    Attributes:
        before: takes a look at the disk.
    """

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], object] | None = None

    def step(self, statement: str | None = None) -> None:
        """Have a look; what the looking does to the disk are no steps."""
        before, self.before = self.before, None
        if before is not None:
            before()
            self.steps += 1
        super().step(statement)
        self.before = before


@contextmanager
def stepping() -> Generator[Steps]:
    """Count the steps of every store that is opened inside the block."""
    steps, write = Steps(), os.write

    def write_in_halves(descriptor: int, data: memoryview) -> int:
        steps.step()
        return write(descriptor, data[: (len(data) + 1) // 2])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Disk, "life", steps, raising=False)
        for name in CALLS:
            patched.setattr(os, name, _stepped(getattr(os, name), steps))
        patched.setattr(os, "write", write_in_halves)
        patched.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Disk))
        yield steps


def snapshots(steps: Steps, path: Path, *, into: Path, work: Callable[[], object]) -> list[Path]:
    """Do some work of the store in ``path``, and copy what a crash would leave before each step of it and after all."""
    taken: list[Path] = []

    def take() -> None:
        taken.append(into / f"{len(taken):03}")
        shutil.copytree(path, taken[-1], ignore=NOT_THERE_AFTER_A_CRASH, copy_function=_copy)

    steps.before = take
    try:
        work()
    finally:
        steps.before = None
    take()
    return taken


def _copy(source: str, target: str) -> None:
    """Copy a file; an envelope that has its name is never written again, and costs a link."""
    if source.endswith(SUFFIX):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


def _stepped(call: Callable[..., Any], steps: Steps) -> Callable[..., Any]:
    @wraps(call)
    def stepped(*args: Any, **more: Any) -> Any:  # noqa: ANN401 (the system's signature)
        steps.step()
        return call(*args, **more)

    return stepped
