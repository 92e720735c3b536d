"""Files that appear with their rights, and never in place of another."""

import os
from pathlib import Path


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that is not there yet; nobody else can read it for a moment.

    Raises:
        FileExistsError: it is there.
        OSError: it cannot be written.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
