"""Envelopes in their folder."""

import gc
import os
import sys
from pathlib import Path

import pytest

from askance.central.blobs import Blobs
from askance.errors import StoreError
from askance.wire.codec import digest
from askance.wire.identity import Sha256
from support_central import make_envelope, make_jpeg


def test_an_envelope_comes_back_as_received_and_its_jpeg_alone(tmp_path: Path) -> None:
    envelope = make_envelope(1)
    blobs = Blobs(tmp_path / "blobs")
    sha256 = digest(envelope)

    blobs.put({sha256: envelope})

    assert envelope == blobs.envelope(sha256)
    assert make_jpeg(seed=1) == blobs.jpeg(sha256)
    assert tmp_path / "blobs" / "sha256" / sha256[:2] / sha256[2:4] / f"{sha256}.askf" == blobs.path(sha256)


def test_putting_twice_writes_once(tmp_path: Path) -> None:
    envelope = make_envelope(1)
    Blobs(tmp_path).put({digest(envelope): envelope})
    first = Blobs(tmp_path).path(digest(envelope)).stat().st_ino

    Blobs(tmp_path).put({digest(envelope): envelope})

    assert first == Blobs(tmp_path).path(digest(envelope)).stat().st_ino


def test_a_blob_that_lost_its_end_is_written_again(tmp_path: Path) -> None:
    envelope = make_envelope(1)
    blobs = Blobs(tmp_path)
    blobs.put({digest(envelope): envelope})
    blobs.path(digest(envelope)).write_bytes(b"")

    blobs.put({digest(envelope): envelope})

    assert envelope == blobs.envelope(digest(envelope))


def test_every_file_and_every_folder_on_the_way_is_synced_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelopes = {digest(data): data for data in (make_envelope(1), make_envelope(2))}
    blobs = Blobs(tmp_path)
    synced: list[str] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve().as_posix())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    blobs.put(envelopes)

    folders = {folder for sha in envelopes for folder in blobs.path(sha).parents if folder.is_relative_to(tmp_path)}
    assert {folder.as_posix() for folder in folders} <= set(synced)
    assert len(envelopes) == sum("/arriving/" in path for path in synced)


def test_a_failed_write_leaves_nothing_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = make_envelope(1)
    blobs = Blobs(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        blobs.put({digest(envelope): envelope})

    assert not blobs.path(digest(envelope)).exists()
    assert [] == list((tmp_path / "arriving").iterdir())


def test_a_missing_blob_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot read the image"):
        Blobs(tmp_path).jpeg(digest(b"gone"))


def test_what_a_killed_writer_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    old, young = tmp_path / "arriving" / "old", tmp_path / "arriving" / "young"
    for path, age in ((old, 100), (young, 300)):
        path.write_bytes(b"x")
        os.utime(path, (age, age))

    assert 1 == blobs.sweep(200)
    assert [young] == list((tmp_path / "arriving").iterdir())


def test_a_probe_writes_and_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")

    blobs.probe()

    assert ["arriving"] == [path.name for path in (tmp_path / "blobs").rglob("*")]


def test_a_probe_of_a_full_disk_fails_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(tmp_path / "blobs")

    def full(_descriptor: int) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            blobs.probe()

    assert ["arriving"] == [path.name for path in (tmp_path / "blobs").rglob("*")]


def weight(held: object) -> int:
    """Return how many bytes an object takes, with all that it holds.

    Not what the interpreter has allocated meanwhile: its table of interned strings may have grown by megabytes.
    """
    parts = (part for part in gc.get_referents(held) if not isinstance(part, type))
    return sys.getsizeof(held) + sum(map(weight, parts))


def test_the_folders_that_are_known_take_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def passed(_descriptor: int) -> None:
        """As of a disk that takes no time."""

    monkeypatch.setattr(os, "fsync", passed)
    blobs = Blobs(tmp_path)
    blobs.put({Sha256("ff" * 32): b"frame"})

    before = weight(vars(blobs))
    blobs.put({Sha256(f"{number:04x}" + 60 * "0"): b"frame" for number in range(500)})
    kept = weight(vars(blobs)) - before

    assert 500 * 40 < kept < 500 * 240, f"{kept / 500:.0f} bytes for each"
