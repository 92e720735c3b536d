"""A JSON array that grows on the disk, so that its length costs no memory."""

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final


class Series:
    """Values written one by one to a text file of its own, which is open for reading and writing."""

    def __init__(self, file: IO[str]) -> None:
        self.length = 0
        self._file: Final = file

    def add(self, value: object) -> None:
        """Append a value.

        Raises:
            ValueError: it has a number that JSON has not.
            OSError: the disk is full or failing.
        """
        if self.length:
            self._file.write(",\n")
        self._file.write(json.dumps(value, allow_nan=False))
        self.length += 1

    def write_to(self, file: IO[str]) -> None:
        """Write the array.

        Raises:
            OSError: the disk is full or failing.
        """
        self._file.seek(0)
        file.write("[")
        shutil.copyfileobj(self._file, file)
        file.write("]")


@contextmanager
def growing(folder: Path) -> Generator[Series, None, None]:
    """Begin an empty series in a nameless file on the disk of ``folder``; it is gone afterwards."""
    with TemporaryFile("w+", dir=folder, encoding="utf-8") as file:
        yield Series(file)
