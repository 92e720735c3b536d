"""Where a running agent can be spoken to."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

NAME: Final = "control.sock"


@contextmanager
def short(folder: Path) -> Generator[str]:
    """Name the socket in a folder by a path that is short enough: a socket's has 107 bytes, wherever the store lies.

    Raises:
        OSError: there is no such folder, or it may not be entered.
    """
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
