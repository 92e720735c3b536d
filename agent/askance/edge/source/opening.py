"""The one way to open a source, whatever its kind, and what every source offers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from askance.edge.config import CameraSection
from askance.edge.decoding.address import resolve
from askance.edge.source.camera import Camera
from askance.edge.source.main_stream import MainStream
from askance.edge.source.recording import Recording
from askance.edge.values import Frame
from askance.errors import SourceError


class Source(Protocol):
    """A camera, or a recording that plays one."""

    @property
    def live(self) -> bool:
        """Whether frames that are not taken in time are lost; a recording waits."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How many frames were ``skipped`` or ``unreadable``, and how many ``restarts`` the decoder needed; a copy."""
        ...

    @property
    def trouble(self) -> str | None:
        """What is wrong just now, for people, without secrets; None when frames flow."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yield frame after frame; a recording's iteration ends with it, a camera's only by ``close``.

        It can be iterated once.

        Raises:
            SourceError: a recording cannot be decoded, or no further; a camera that is away raises nothing.
        """
        ...

    def beat(self) -> float:
        """Return when the iteration last made a step, in seconds of the monotonic clock: a frame, or a look for one."""
        ...

    def close(self) -> None:
        """End the iteration within 2 s, from any thread; again is harmless."""
        ...


def open_source(camera: CameraSection, *, jitter: Callable[[], float]) -> Source:
    """Return the source to detect on that a camera's section names; its child process starts with the iteration.

    Args:
        camera: what to open, and how patiently.
        jitter: returns uniformly random numbers in [0, 1), for the waits between attempts to reach a camera.

    Raises:
        SourceError: the address is empty, of an unknown scheme, or names a file or folder that is missing or has no
            image.
    """
    address = resolve(camera.substream or camera.url)
    return Camera(camera, address, jitter=jitter) if address.kind.live else Recording(camera, address)


def open_main_stream(camera: CameraSection, *, jitter: Callable[[], float]) -> MainStream | None:
    """Return the stream that frames are kept from; None where it is also the one to detect on.

    Args:
        camera: what to open, and how patiently.
        jitter: as for ``open_source``.

    Raises:
        SourceError: an address is wrong, or names a recording, which has one stream.
    """
    if camera.substream is None:
        return None
    addresses = [resolve(url) for url in (camera.url, camera.substream)]
    if not all(address.kind.live for address in addresses):
        raise SourceError(
            f"a recording has no substream: {camera.url}, {camera.substream}",
            hint="leave cameras.substream out, or name two streams of one camera",
        )
    return MainStream(camera.model_copy(update={"fps": None}), addresses[0], jitter=jitter)
