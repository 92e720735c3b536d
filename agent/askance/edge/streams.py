"""All streams of a device's cameras: those that are detected on, and those that frames are kept from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from askance.edge.config import CameraSection
from askance.edge.source import MainStream, Source, open_main_stream, open_source
from askance.wire.identity import CameraId


class Streams:
    """Opens what the cameras' sections name; decoding starts with the iteration of each.

    Args:
        cameras: their sections, with ids of their own.
        jitter: returns uniformly random numbers in [0, 1), for the waits between attempts to reach a camera.

    Raises:
        SourceError: an address is wrong, or names a file or folder that is not there.
    """

    def __init__(self, cameras: Sequence[CameraSection], *, jitter: Callable[[], float]) -> None:
        self.sources: Final[Mapping[CameraId, Source]] = {
            camera.id: open_source(camera, jitter=jitter) for camera in cameras
        }
        found = {camera.id: open_main_stream(camera, jitter=jitter) for camera in cameras}
        self.main: Final[Mapping[CameraId, MainStream]] = {
            camera: stream for camera, stream in found.items() if stream is not None
        }
        self.parts: Final[Mapping[str, Source]] = {
            **{f"camera {camera}": source for camera, source in self.sources.items()},
            **{f"main stream {camera}": stream.source for camera, stream in self.main.items()},
        }

    @property
    def live(self) -> frozenset[CameraId]:
        """The cameras; the others are recordings, which end by themselves."""
        return frozenset(camera for camera, source in self.sources.items() if source.live)

    def counts(self) -> Mapping[str, int]:
        """What became of frames before they were handed over, by part of the agent and reason."""
        return {f"{part} {name}": count for part, source in self.parts.items() for name, count in source.counts.items()}

    def beats(self) -> Mapping[str, float]:
        """When each part last made a step, in monotonic seconds; a camera that is away but looked for makes some."""
        return {part: source.beat() for part, source in self.parts.items()}

    def close(self) -> None:
        """End every iteration within 2 s; again is harmless."""
        for source in self.parts.values():
            source.close()
