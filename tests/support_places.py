"""Places on a disk that it does not give back."""

import errno
import os
from collections.abc import Iterator
from os import DirEntry
from pathlib import Path

import pytest


def break_files(monkeypatch: pytest.MonkeyPatch, *files: Path) -> None:
    """Let the disk fail whenever one of these files is to be unlinked or renamed."""
    unlink, rename = os.unlink, os.rename

    def failing_unlink(path: Path) -> None:
        _fail_at(path, files)
        unlink(path)

    def failing_rename(path: Path, target: Path) -> None:
        _fail_at(path, files)
        rename(path, target)

    monkeypatch.setattr(os, "unlink", failing_unlink)
    monkeypatch.setattr(os, "rename", failing_rename)


def break_folders(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Let the disk fail whenever one of these folders is to be listed."""
    scandir = os.scandir

    def failing(path: str | Path = ".") -> Iterator[DirEntry[str]]:
        _fail_at(Path(path), folders)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)


def _fail_at(path: Path, places: tuple[Path, ...]) -> None:
    if path in places:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
