"""The folder of envelope files: written so that a power cut cannot take them back, and read by frame id."""

import os
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Final

from askance.wire.identity import FrameId, parse_frame_id

SUFFIX: Final = ".askf"
DAMAGED_KEPT: Final = 20
_UNFINISHED: Final = ".tmp-"


class Envelopes:
    """The folders ``frames`` and ``damaged`` under ``path``.

    Raises:
        OSError: from every method, whatever the disk says.
    """

    def __init__(self, path: Path) -> None:
        self._frames = path / "frames"
        self._damaged = path / "damaged"
        self._shards: set[Path] = set()
        for folder in (self._frames, self._damaged):
            folder.mkdir(mode=0o750, exist_ok=True)
        sync_folder(path)

    def file(self, frame_id: FrameId) -> Path:
        """Where the envelope of ``frame_id`` stands; the last two letters of an id are random, the first are time."""
        return self._frames / frame_id[-2:].lower() / f"{frame_id}{SUFFIX}"

    def write(self, frame_id: FrameId, envelope: bytes) -> None:
        """Write a new file that is on the disk, name and bytes, when this returns; ``remove`` it when this raises."""
        file = self.file(frame_id)
        unfinished = self._unfinished(frame_id)
        write_new(unfinished, envelope)
        self._make_shard(file.parent)
        unfinished.rename(file)
        sync_folder(file.parent)

    def read(self, frame_id: FrameId, offset: int, *, length: int) -> bytes | None:
        """Return up to ``length`` bytes from ``offset`` on; None where the file is missing."""
        try:
            with self.file(frame_id).open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            return None

    def load(self, frame_id: FrameId) -> bytes | None:
        """Return the whole envelope; None where the file is missing."""
        return self.read(frame_id, 0, length=-1)

    def size(self, frame_id: FrameId) -> int | None:
        """Length of the envelope in bytes; None where the file is missing."""
        try:
            return self.file(frame_id).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, frame_id: FrameId) -> None:
        """Unlink a file, finished or not, missing or not; ``sync`` lets it stay gone after a power cut."""
        self.file(frame_id).unlink(missing_ok=True)
        self._unfinished(frame_id).unlink(missing_ok=True)

    def sync(self, frame_ids: Collection[FrameId]) -> None:
        """Make the names of these files, or their absence, durable."""
        for shard in sorted({self.file(frame_id).parent for frame_id in frame_ids}):
            if shard.is_dir():
                sync_folder(shard)

    def set_aside(self, file: Path) -> None:
        """Move a file that is no sound envelope to ``damaged``; beyond DAMAGED_KEPT of them it is unlinked."""
        if sum(1 for _ in self._damaged.iterdir()) < DAMAGED_KEPT:
            file.rename(self._damaged / file.name)
        else:
            file.unlink()
        sync_folder(file.parent)

    def remove_unfinished(self) -> int:
        """Unlink what a crash left half written; returns how many."""
        unfinished = list(self._frames.glob(f"{_UNFINISHED}*"))
        for file in unfinished:
            file.unlink()
        return len(unfinished)

    def walk(self) -> Generator[tuple[Path, FrameId | None], None, None]:
        """Every file in id order with the id it stands for; None for a name or place that the store never gives."""
        found = [(name, folder) for folder, _, names in os.walk(self._frames, onerror=_fail) for name in names]
        for name, folder in sorted(found):
            file = Path(folder, name)
            yield file, self._id_of(file)

    def _unfinished(self, frame_id: FrameId) -> Path:
        return self._frames / f"{_UNFINISHED}{frame_id}"

    def _id_of(self, file: Path) -> FrameId | None:
        try:
            frame_id = parse_frame_id(file.stem)
        except ValueError:
            return None
        return frame_id if file == self.file(frame_id) else None

    def _make_shard(self, shard: Path) -> None:
        """Make a folder for files whose name is durable; that it is there says nothing of the crash before."""
        if shard not in self._shards or not shard.is_dir():
            shard.mkdir(mode=0o750, exist_ok=True)
            sync_folder(self._frames)
            self._shards.add(shard)


def _fail(error: OSError) -> None:
    """Stop a walk: files that cannot be listed are not gone."""
    raise error


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable.

    Raises:
        OSError: whatever the disk says.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(file: Path, data: bytes) -> None:
    """Write and fsync, once: after a failed fsync the pages may be dropped and the next one report success.

    Raises:
        OSError: whatever the disk says; a file of this name, half of one too, is such a thing.
    """
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o640)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
