"""Recordings that are played one after the other, on one time line that begins at 0."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Final

from askance.edge.config import CameraSection
from askance.edge.source import Source, open_source
from askance.edge.values import Frame, Instant
from askance.errors import SourceError
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

_LONGEST_NAME: Final = 48  # a number that tells namesakes apart still fits behind it


@dataclass(frozen=True, slots=True)
class Recording:
    """A video file or a folder of images, and the camera that it stands for."""

    camera: CameraId
    path: Path


@dataclass(frozen=True, slots=True)
class Played:
    """What was played of a recording; ``begin_ns`` and ``length_ns`` are nanoseconds of the time line."""

    recording: Recording
    frames: int
    begin_ns: int
    length_ns: int


class Reel:
    """Plays recordings; each is a camera of its own, and begins when the one before has ended.

    Attributes:
        recordings: them, in order.
        played: those that were played to their end.
        troubles: what could not be read, by camera.

    Args:
        paths: video files or folders of images.
        fps: frames a second to look at, and the pace of image folders; None: all frames, folders at one a second.

    Raises:
        SourceError: a path is missing, names a camera, or is a folder without images.
    """

    def __init__(self, paths: Sequence[Path], *, fps: float | None) -> None:
        self.recordings: Final = name_recordings(paths)
        self.played: Final[list[Played]] = []
        self.troubles: Final[dict[CameraId, str]] = {}
        self._sources: Final = {recording.camera: _open(recording, fps=fps) for recording in self.recordings}

    @property
    def length_ns(self) -> int:
        """How long everything is that was played, nanoseconds."""
        return sum(played.length_ns for played in self.played)

    def facts(self) -> list[Mapping[str, object]]:
        """Return what was played, as JSON has it."""
        return [
            {
                "camera": played.recording.camera,
                "path": str(played.recording.path),
                "frames": played.frames,
                "seconds": played.length_ns / 1e9,
            }
            for played in self.played
        ]

    def frames(self, recording: Recording) -> Iterator[Frame]:
        """Yield the frames of a recording, each taken when the time line says; no wall clock is known.

        Raises:
            SourceError: it cannot be decoded, or no further.
        """
        source, begin_ns = self._sources[recording.camera], self.length_ns
        count, first_ns, after_ns = 0, None, 0
        try:
            for frame in source.frames():
                first_ns = frame.taken.monotonic_ns if first_ns is None else first_ns
                after_ns = frame.taken.monotonic_ns - first_ns
                count += 1
                yield replace(frame, taken=Instant(begin_ns + after_ns, None, ClockQuality.NONE))
        finally:
            source.close()
        # the last frame is shown as long as the others are on average
        length_ns = after_ns * count // (count - 1) if count > 1 else 0
        self.played.append(Played(recording, count, begin_ns, length_ns))
        if source.trouble is not None:
            self.troubles[recording.camera] = source.trouble


def name_recordings(paths: Sequence[Path]) -> tuple[Recording, ...]:
    """Give each recording a camera's name that tells which it is."""
    recordings: list[Recording] = []
    names: set[str] = set()
    for number, path in enumerate(paths, start=1):
        stem = re.sub(r"[^a-z0-9]+", "-", path.absolute().stem.lower()).strip("-")[:_LONGEST_NAME] or "recording"
        # a stem may itself end in a number that another's name was given
        name = next(name for name in chain([stem], (f"{stem}-{at}" for at in count(number))) if name not in names)
        names.add(name)
        recordings.append(Recording(CameraId(name), path))
    return tuple(recordings)


def _open(recording: Recording, *, fps: float | None) -> Source:
    section = CameraSection(id=recording.camera, url=str(recording.path.absolute()), fps=fps)
    source = open_source(section, jitter=lambda: 0.0)
    if source.live:
        raise SourceError(
            f"a camera cannot be replayed: {recording.path}",
            hint="record some of it with `ffmpeg -i CAMERA -c copy FILE`, and replay the file",
        )
    return source
