"""Recordings that are played one after the other, on one time line that begins at 0."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Final, NamedTuple

from askance.edge.config import CameraSection
from askance.edge.decoding.address import PICTURES
from askance.edge.source import Source, open_source
from askance.edge.values import Frame, Instant
from askance.errors import SourceError
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

_MOST_FOLDERS: Final = 3  # that a hint names
_LONGEST_NAME: Final = 48  # a number that tells namesakes apart still fits behind it


@dataclass(frozen=True, slots=True)
class Recording:
    """A video file or a folder of images, and what it shows.

    Attributes:
        name: tells it from the others.
        path: where it is, as it was given.
        camera: the camera that it is of.
        pose: the preset that this one stands at; None: it does not move, or nobody knows.
    """

    name: str
    path: str
    camera: CameraId
    pose: str | None = None


class Shown(NamedTuple):
    """What somebody says that a recording shows: a camera and its pose; None: nothing was said."""

    camera: CameraId | None
    pose: str | None


@dataclass(frozen=True, slots=True)
class Played:
    """What was played of a recording; ``begin_ns`` and ``length_ns`` are nanoseconds of the time line."""

    recording: Recording
    frames: int
    begin_ns: int
    length_ns: int


class Reel:
    """Plays recordings; each begins when the one before has ended, as if there were a single camera at a time.

    Attributes:
        recordings: them, in order.
        played: those that were played to their end.
        troubles: what could not be read, by the recording's name.

    Args:
        paths: video files or folders of images.
        fps: frames a second to look at, and the pace of image folders; None: all frames, folders at one a second.
        cameras: the device's, see ``cast``.
        shows: likewise; empty: nobody has said.

    Raises:
        SourceError: a path is missing, names a camera, is a folder without images, or, but for the first one, which is
            played at once, cannot be decoded: better now than when the others have been played.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        *,
        fps: float | None,
        cameras: Sequence[CameraSection] = (),
        shows: Sequence[Shown] = (),
    ) -> None:
        self.recordings: Final = cast(paths, cameras=cameras, shows=shows or [Shown(None, None)] * len(paths))
        self.played: Final[list[Played]] = []
        self.troubles: Final[dict[str, str]] = {}
        self._pace_ns: Final = round(1e9 / (fps or 1.0))
        self._sources: Final = {recording.name: _open(recording, fps=fps) for recording in self.recordings}
        for recording in self.recordings[1:]:
            with closing(_open(recording, fps=fps)) as source:
                next(source.frames(), None)

    @property
    def length_ns(self) -> int:
        """How long everything is that was played, nanoseconds."""
        return sum(played.length_ns for played in self.played)

    def facts(self) -> list[Mapping[str, object]]:
        """Return what was played, as JSON has it."""
        return [
            {
                "recording": played.recording.name,
                "camera": played.recording.camera,
                "pose": played.recording.pose,
                "path": played.recording.path,
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
        source, begin_ns = self._sources[recording.name], self.length_ns
        count, first_ns, after_ns = 0, None, 0
        try:
            for frame in source.frames():
                first_ns = frame.taken.monotonic_ns if first_ns is None else first_ns
                after_ns = frame.taken.monotonic_ns - first_ns
                count += 1
                yield replace(frame, taken=Instant(begin_ns + after_ns, None, ClockQuality.NONE))
        finally:
            source.close()
        # the last frame is shown as long as the others are on average, a lone one as long as one of a folder
        length_ns = after_ns * count // (count - 1) if count > 1 else count * self._pace_ns
        self.played.append(Played(recording, count, begin_ns, length_ns))
        if source.trouble is not None:
            self.troubles[recording.name] = source.trouble


def locate(at_ns: int, played: Sequence[Played]) -> str:
    """Say in words when a moment of the time line is in its own recording, which is one of ``played``."""
    one = max((each for each in played if each.frames and each.begin_ns <= at_ns), key=lambda each: each.begin_ns)
    return f"{(at_ns - one.begin_ns) / 1e9:.1f} s into {one.recording.name}"


def cast(
    paths: Sequence[Path | str], *, cameras: Sequence[CameraSection], shows: Sequence[Shown]
) -> tuple[Recording, ...]:
    """Say of which camera each recording is, and what it is called.

    Where nobody has said it is the camera of the recording's name, else the device's only one, else one that nobody
    has set up; its pose is the one that it has on the device.

    Args:
        paths: the recordings.
        cameras: the device's; empty: nobody has set any up.
        shows: what was said of each recording.
    """
    poses = {camera.id: camera.pose for camera in cameras}
    recordings: list[Recording] = []
    for path, name, said in zip(paths, name_recordings(paths), shows, strict=True):
        called = next((CameraId(each) for each in (_absolute(path).stem, name) if each in poses), None)
        only = cameras[0].id if len(cameras) == 1 else CameraId(name)
        camera = said.camera or called or only
        pose = poses.get(camera) if said.pose is None else said.pose
        recordings.append(Recording(name, str(path), camera, pose))
    return tuple(recordings)


def name_recordings(paths: Sequence[Path | str]) -> tuple[str, ...]:
    """Give each recording a name that tells which it is, and that a camera may have."""
    names: dict[str, None] = {}
    for number, path in enumerate(paths, start=1):
        stem = re.sub(r"[^a-z0-9]+", "-", _absolute(path).stem.lower()).strip("-")[:_LONGEST_NAME] or "recording"
        # a stem may itself end in a number that another's name was given
        name = next(name for name in chain([stem], (f"{stem}-{at}" for at in count(number))) if name not in names)
        names[name] = None
    return tuple(names)


def _open(recording: Recording, *, fps: float | None) -> Source:
    path = recording.path if "://" in recording.path else str(_absolute(recording.path))
    try:
        source = open_source(CameraSection(id=recording.camera, url=path, fps=fps), jitter=lambda: 0.0)
    except SourceError as error:
        raise SourceError(str(error), hint=_hint(recording.path)) from error
    if source.live:
        raise SourceError(
            f"a camera cannot be replayed: {recording.path}",
            hint="record some of it with `ffmpeg -i CAMERA -c copy FILE`, and replay the file",
        )
    return source


def _hint(path: str) -> str:
    """Say what may be played in the place of a path where there is nothing."""
    inside = Path(path)
    folders = sorted({picture.parent for ending in PICTURES for picture in inside.glob(f"*/*{ending}")})
    if folders:
        return f"there are images in {', '.join(map(str, folders[:_MOST_FOLDERS]))}: askance rules replay {folders[0]}"
    what = f"a video file, or a folder that has files ending in {', '.join(PICTURES)}"
    return f"`askance rules replay` takes {what}; a relative path starts in the folder that it is run in"


def _absolute(path: Path | str) -> Path:
    return Path(path).absolute()
