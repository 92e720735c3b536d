"""A file has its rights from the first byte on, and takes nobody's place."""

import os
from pathlib import Path

import pytest

from askance.fleet.files import write_new


def test_it_has_content_and_rights(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        write_new(tmp_path / "key", b"secret", mode=0o600)
    finally:
        os.umask(previous)

    assert b"secret" == (tmp_path / "key").read_bytes()
    assert 0o600 == (tmp_path / "key").stat().st_mode & 0o777


def test_another_file_stays(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"first", mode=0o600)

    with pytest.raises(FileExistsError):
        write_new(tmp_path / "key", b"second", mode=0o600)

    assert b"first" == (tmp_path / "key").read_bytes()
