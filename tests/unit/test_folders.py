"""A folder's names are synced through a descriptor of the folder itself, which is closed whatever the disk says."""

import errno
import os
from pathlib import Path

import pytest

from askance.folders import sync_folder


def test_a_folder_is_synced_itself_and_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[int, Path]] = []

    def note(descriptor: int) -> None:
        synced.append((descriptor, Path(f"/proc/self/fd/{descriptor}").readlink()))

    monkeypatch.setattr(os, "fsync", note)

    sync_folder(tmp_path)

    ((descriptor, path),) = synced
    assert tmp_path == path
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_what_the_disk_says_is_said_and_nothing_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def fail(descriptor: int) -> None:
        tried.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="Input/output error"):
        sync_folder(tmp_path)

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(tried[0])
