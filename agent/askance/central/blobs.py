"""Envelopes as received, in a folder, each under the hash of its bytes."""

import os
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from askance.errors import StoreError
from askance.folders import sync_folder
from askance.wire.codec import unpack
from askance.wire.identity import Sha256

BLOBS: Final = "blobs"

_PROBE: Final = 256 * 1024  # as long as a frame of a good camera

_WRITERS: Final = 4  # a disk answers several syncs in the time of one


class Blobs:
    """Content-addressed envelopes under ``root``: ``sha256/ab/cd/<hex>.askf``; once there, never changed.

    Several processes may put into one folder at the same time.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / "arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)
        self._durable: set[str] = set()  # by name below the root: there may be 65,793 of them
        sync_folder(root.parent)

    def put(self, envelopes: Mapping[Sha256, bytes]) -> None:
        """Keep envelopes; when this returns they survive a power cut.

        Putting one that is there already changes nothing, but still waits until it is durable.

        Raises:
            OSError: the disk is full, read-only or failing; nothing half-written is visible.
        """
        folders: dict[Path, None] = {}
        for sha256 in envelopes:
            self._make(self.path(sha256).parent, folders)
        with ThreadPoolExecutor(_WRITERS) as writers:
            _finish(writers.map(self._keep, envelopes, envelopes.values()))
            _finish(writers.map(sync_folder, folders))
        self._durable.update(map(self._name, folders))

    def probe(self) -> None:
        """Write as much as a frame needs, and take it away again.

        Raises:
            OSError: the disk is full, read-only or failing.
        """
        arriving = self._arriving / secrets.token_hex(16)
        try:
            _write_durably(arriving, bytes(_PROBE))
        finally:
            arriving.unlink(missing_ok=True)

    def path(self, sha256: Sha256) -> Path:
        """Name the file of an envelope."""
        return self._root / "sha256" / sha256[:2] / sha256[2:4] / f"{sha256}.askf"

    def envelope(self, sha256: Sha256) -> bytes:
        """Read an envelope.

        Raises:
            StoreError: it is not there.
        """
        path = self.path(sha256)
        try:
            return path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"cannot read the image of a frame: {path}: {error.strerror}",
                hint="bring the folder `storage.path`/blobs back from the backup",
            ) from error

    def jpeg(self, sha256: Sha256) -> bytes:
        """Read the JPEG of an envelope.

        Raises:
            StoreError: it is not there.
        """
        return unpack(self.envelope(sha256)).jpeg

    def sweep(self, before: float) -> int:
        """Remove what a killed process was writing before a moment (seconds since 1970); return how many files."""
        left = [path for path in self._arriving.iterdir() if path.stat().st_mtime < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _make(self, folder: Path, folders: dict[Path, None]) -> None:
        """Make a folder; every folder whose entries it needs on the disk joins ``folders``.

        One that exists may still be lost in a power cut when the process that made it was killed.
        """
        folders[folder] = None
        if self._name(folder) not in self._durable:
            folder.mkdir(parents=True, exist_ok=True)
        while folder != self._root and self._name(folder) not in self._durable:
            folders[folder.parent] = None
            folder = folder.parent

    def _name(self, folder: Path) -> str:
        return folder.relative_to(self._root).as_posix()

    def _keep(self, sha256: Sha256, envelope: bytes) -> None:
        path = self.path(sha256)
        if not (path.is_file() and path.stat().st_size == len(envelope)):
            self._write(path, envelope)

    def _write(self, path: Path, envelope: bytes) -> None:
        arriving = self._arriving / secrets.token_hex(16)
        try:
            _write_durably(arriving, envelope)
            arriving.replace(path)
        except OSError:
            arriving.unlink(missing_ok=True)
            raise


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _finish(results: Iterable[None]) -> None:
    """Wait for every task; the first error is raised."""
    for _ in results:
        pass
