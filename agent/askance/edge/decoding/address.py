"""What a camera's ``url`` names."""

import re
import stat
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from askance.errors import SourceError

NETWORK: Final = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "udp", "tcp", "srt")
PICTURES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp")

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DIGITS: Final = re.compile(r"(\d+)")


class Kind(StrEnum):
    """The kinds of source."""

    FILE = "file"
    FOLDER = "folder"
    NETWORK = "network"
    DEVICE = "device"

    @property
    def live(self) -> bool:
        """Whether frames come at their own pace and those not taken are lost."""
        return self in (Kind.NETWORK, Kind.DEVICE)


class Address(NamedTuple):
    """A source, found.

    Attributes:
        kind: what it is.
        target: a path, an address with its login, or a V4L2 index in digits; not for people to see.
    """

    kind: Kind
    target: str


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts ``frame2`` before ``frame10``."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(name) if part)


def pictures(folder: Path) -> tuple[Path, ...]:
    """List the images of a folder, not of the folders in it, in natural order of their names.

    Raises:
        SourceError: the folder has none, or cannot be read.
    """
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES and path.is_file()]
    except OSError as error:
        raise SourceError(f"the image folder cannot be read: {folder}: {error.strerror}") from error
    if not found:
        raise SourceError(
            f"no images in the folder: {folder}",
            hint=f"cameras.url takes a folder that has files ending in {', '.join(PICTURES)}",
        )
    return tuple(sorted(found, key=lambda path: natural(path.name)))


def resolve(url: str) -> Address:
    """Say what a camera's ``url`` names; for paths, look whether it is there.

    Raises:
        SourceError: nothing is named, the path is missing, or the scheme is not one of a camera.
    """
    url = url.strip()
    if not url:
        raise SourceError("the camera has no address", hint="set cameras.url to a file, folder, address or V4L2 index")
    if url.isdecimal() and url.isascii():
        return Address(Kind.DEVICE, str(int(url)))
    if scheme := _SCHEME.match(url):
        if scheme[1].lower() not in NETWORK:
            raise SourceError(
                f"no camera speaks this scheme: {url}",
                hint=f"cameras.url takes {', '.join(f'{known}://' for known in NETWORK)}; a file is given by its path",
            )
        return Address(Kind.NETWORK, url)
    return _resolve_path(Path(url).expanduser())


def _resolve_path(path: Path) -> Address:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SourceError(
            f"no such video file or image folder: {path}: {error.strerror}",
            hint="check cameras.url; a relative path starts at the folder the program was started in",
        ) from error
    if stat.S_ISDIR(mode):
        pictures(path)
        return Address(Kind.FOLDER, str(path.absolute()))
    if stat.S_ISCHR(mode):
        return Address(Kind.DEVICE, str(path.absolute()))
    return Address(Kind.FILE, str(path.absolute()))
