"""A file has its rights from the first byte on, takes nobody's place, and outlasts a power cut."""

import errno
import os
from pathlib import Path

import pytest

from askance.fleet.files import replace, write_new


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


def test_one_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        write_new(tmp_path / "key", b"secret", mode=0o600)

    assert [] == list(tmp_path.iterdir())


def test_content_and_name_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk: list[tuple[str, int]] = []

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        on_disk.append((path.name, path.stat().st_size if path.is_file() else len(list(path.iterdir()))))

    monkeypatch.setattr(os, "fsync", fsync)

    write_new(tmp_path / "key", b"secret", mode=0o600)
    replace(tmp_path / "key", b"another", mode=0o600)

    own = tmp_path.name
    assert [("key", 6), (own, 1), ("key.new", 7), (own, 2), (own, 1)] == on_disk
    assert b"another" == (tmp_path / "key").read_bytes()


def test_what_a_killed_writer_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "list.new").write_bytes(b"half of")

    replace(tmp_path / "list", b"whole", mode=0o644)

    assert {"list": b"whole"} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
