"""The lock that keeps a second agent away from a store."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from askance.errors import StoreLockedError


class StoreLock:
    """An advisory lock on the file ``path``; the kernel lets go of it when the process ends, however it ends.

    Raises:
        StoreLockedError: another process, or this one, holds it.
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise StoreLockedError(
                f"another agent holds the store {path.parent}: pid {holder}",
                hint="stop it (systemctl stop askance-edge), or give this one its own folder with store.path",
            ) from error
        # the lock holds without the number too, and a full disk must not keep the agent from starting
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go."""
        os.close(self._descriptor)
