"""Files that appear with their rights, never in place of another, and stay there through a power cut."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from askance.errors import ConfigError
from askance.folders import sync_folder


@contextmanager
def reading(path: Path, *, hint: str) -> Generator[None]:
    """Say in our words that ``path`` cannot be read in the block, or is not what it should be.

    Raises:
        ConfigError: it cannot, or is not.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {path}: {error}", hint=hint) from error


@contextmanager
def writing(path: Path, *, hint: str) -> Generator[None]:
    """Say in our words that ``path`` cannot be written in the block.

    Raises:
        ConfigError: it cannot.
    """
    try:
        yield
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", hint=hint) from error


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that is not there yet; nobody else can read it for a moment, and one that fails leaves nothing.

    Raises:
        FileExistsError: it is there.
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with ExitStack() as undo:
        undo.callback(path.unlink)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        sync_folder(path.parent)
        undo.pop_all()


def replace(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file, in place of one that may be there: a reader finds the old one or the new one, whole.

    Raises:
        OSError: it cannot be written; the old one is there.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # of a writer that was killed
    write_new(fresh, content, mode=mode)
    fresh.replace(path)
    sync_folder(path.parent)
