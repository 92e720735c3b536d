"""The clip that a demo plays: pulled once and kept in the user's cache, or a file of the user's own."""

from pathlib import Path
from typing import Final

from askance import shipped
from askance.errors import SourceError
from askance.models.fetch import Progress, pull
from askance.models.sources import SOURCES, load_sources

NAME: Final = "bikes"
CACHE: Final = Path("~/.cache/askance")


def pull_clip(progress: Progress, *, cache: Path = CACHE) -> Path:
    """Fetch the street clip, unless it is in the cache."""
    return pull(
        load_sources(shipped.folder("models") / SOURCES).clips[NAME],
        cache.expanduser() / f"{NAME}.mp4",
        progress=progress,
    )


def checked(video: Path) -> Path:
    """Return the user's own video.

    Raises:
        SourceError: there is no such file.
    """
    if not video.is_file():
        raise SourceError(f"no such video: {video}", hint="without VIDEO, `askance demo` plays a street clip")
    return video
