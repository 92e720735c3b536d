"""The folder of envelope files: written so that a power cut cannot take them back, and read by frame id."""

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from askance.edge.store.faults import UNREADABLE_ERRNOS
from askance.folders import sync_folder
from askance.wire.identity import FrameId, parse_frame_id

SUFFIX: Final = ".askf"
DAMAGED_KEPT: Final = 20
_UNFINISHED: Final = ".tmp-"


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in the folder.

    Attributes:
        unfinished: files that a crash left half written.
        files: all others in id order, with the id each stands for; None for a name or place that the store never gives.
        unlisted: folders that the disk does not list.
    """

    unfinished: tuple[Path, ...]
    files: Iterator[tuple[Path, FrameId | None]]
    unlisted: frozenset[Path]

    def hides(self, file: Path) -> bool:
        """Whether nobody can say if this file is there."""
        return not self.unlisted.isdisjoint(file.parents)


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

    def look(self) -> Listing:
        """List every file; a folder that the disk does not list is passed by."""
        found: list[tuple[str, str]] = []
        unlisted: set[Path] = set()
        folders = [str(self._frames)]
        while folders:
            folder = folders.pop()
            try:
                inner, names = _list(folder)
            except OSError as error:
                if error.errno not in UNREADABLE_ERRNOS:
                    raise
                unlisted.add(Path(folder))
            else:
                folders += inner
                found += ((name, folder) for name in names)
        top = str(self._frames)
        unfinished = {(name, folder) for name, folder in found if folder == top and name.startswith(_UNFINISHED)}
        return Listing(
            tuple(Path(folder, name) for name, folder in sorted(unfinished)),
            self._identified(sorted(set(found) - unfinished)),
            frozenset(unlisted),
        )

    def _unfinished(self, frame_id: FrameId) -> Path:
        return self._frames / f"{_UNFINISHED}{frame_id}"

    def _identified(self, found: Iterable[tuple[str, str]]) -> Iterator[tuple[Path, FrameId | None]]:
        for name, folder in found:
            file = Path(folder, name)
            yield file, self._id_of(file)

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


def _list(folder: str) -> tuple[list[str], list[str]]:
    """The folders in a folder, and the names of all else in it."""
    with os.scandir(folder) as entries:
        kinds = [(entry, entry.is_dir(follow_symlinks=False)) for entry in entries]
    inner = [entry.path for entry, is_folder in kinds if is_folder]
    return inner, [entry.name for entry, is_folder in kinds if not is_folder]


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
