"""A file system in a file, on a loop device: its power can be cut, and what reaches the device is counted.

A cut is ext4's own shutdown with the journal not flushed: everything that was not synced is gone after the next mount,
and every later call fails. The mount leaves its loop device to the kernel, which frees it with the last unmount.
"""

import fcntl
import os
import subprocess
from pathlib import Path
from typing import Final, Self

MIB: Final = 2**20
SECTOR_BYTES: Final = 512
MIXED: Final = ("data=ordered", "data=writeback,noauto_da_alloc", "commit=1")
"""Mount options under which unsynced data and names go to the disk in different orders."""

_AT_ONCE: Final = "lazy_itable_init=0,lazy_journal_init=0"  # else a thread of the kernel writes for minutes
_SHUTDOWN: Final = 0x8004587D
_LOG_NOT_FLUSHED: Final = 2
_SECTORS_WRITTEN: Final = 6  # of the fields of /sys/block/*/stat


class Disk:
    """An empty ext4 file system, mounted at ``path`` while the context lasts.

    Args:
        folder: for the image and the place it is mounted at; exists.
        mib: how large it is.
        options: of the mount.
    """

    def __init__(self, folder: Path, *, mib: int = 64, options: str = "data=ordered") -> None:
        self.path: Final = folder / "disk"
        self._image: Final = folder / "image"
        self._options: Final = options
        self.path.mkdir()
        with self._image.open("wb") as image:
            image.truncate(mib * MIB)
        _run("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", _AT_ONCE, str(self._image))

    def __enter__(self) -> Self:
        self._mount()
        return self

    def __exit__(self, *exception: object) -> None:
        self._unmount()
        self._image.unlink()

    def cut(self) -> None:
        """Cut the power; whoever has a file open gets errors from now on."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, _LOG_NOT_FLUSHED.to_bytes(4, "little"))
        finally:
            os.close(folder)

    def restore(self) -> None:
        """Mount it again after a cut; nobody may have a file open."""
        self._unmount()
        self._mount()

    def written(self) -> int:
        """Bytes that have ever reached the device, after everything that waits has been sent there."""
        _run("sync", "--file-system", str(self.path))
        device = self.path.stat().st_dev
        block = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
        return int(block.read_text().split()[_SECTORS_WRITTEN]) * SECTOR_BYTES

    def _mount(self) -> None:
        _run("mount", "-o", f"loop,{self._options}", str(self._image), str(self.path))

    def _unmount(self) -> None:
        _run("umount", str(self.path))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
