"""A preallocated file that is given up when the disk is full, so that deletes can still commit."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from askance.edge.store.faults import translated
from askance.errors import StoreFullError

Result = TypeVar("Result")

BALLAST_BYTES: Final = 8 * 2**20


class Ballast:
    """The file ``path``, present or given up."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def missing_bytes(self) -> int:
        """What has to stay free for it to be made again; 0 while it is there."""
        return 0 if self._path.exists() else BALLAST_BYTES

    def make(self) -> bool:
        """Allocate it if it is missing; False where the disk has no room for it."""
        if not self.missing_bytes:
            return True
        growing = self._path.with_suffix(".tmp")
        try:
            descriptor = os.open(growing, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o640)
            try:
                os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
            finally:
                os.close(descriptor)
            growing.rename(self._path)
        except OSError:
            # a store without ballast works; the next frame that is kept tries again
            with suppress(OSError):
                growing.unlink(missing_ok=True)
            return False
        return True

    def release(self) -> bool:
        """Give the space back; False if there is none to give, or the disk is read-only or fails."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def spend_on(self, doing: str, action: Callable[[], Result]) -> Result:
        """Run ``action``; when the disk has no room for it, give the ballast up and run it once more.

        Raises:
            StoreFullError: it has no room even so, or the disk is read-only or fails.
            StoreError: anything else that the disk or SQLite said.
        """
        try:
            with translated(doing):
                return action()
        except StoreFullError:
            if not self.release():
                raise
        with translated(doing):
            return action()
