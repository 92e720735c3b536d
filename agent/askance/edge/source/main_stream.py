"""The large stream of a camera that is detected on its small one: a picture of it when somebody wants one."""

from collections import deque
from collections.abc import Callable
from threading import Condition
from typing import Final

from askance.edge.config import CameraSection
from askance.edge.decoding.address import Address
from askance.edge.source.camera import Camera
from askance.edge.values import Frame, Image

APART_NS: Final = 500 * 10**6
"""How far apart the two streams' frames may be, in nanoseconds: what moves is then still near its box."""

_WAIT_S: Final = 0.5
_PICTURES: Final = 2  # one for the frame that is decided on, one for the frame that the models look at


class MainStream:
    """Pictures wanted by one thread and fetched by another.

    Args:
        camera: how it is decoded.
        address: a live one.
        jitter: returns uniformly random numbers in [0, 1), for the waits between attempts to reach the camera.
    """

    def __init__(self, camera: CameraSection, address: Address, *, jitter: Callable[[], float]) -> None:
        self.source: Final = Camera(camera, address, jitter=jitter, on_request=True)
        self._arrived = Condition()
        self._pictures: deque[Frame] = deque(maxlen=_PICTURES)

    def watch(self) -> None:
        """Fetch what is wanted until the source is closed; for a thread of its own."""
        for frame in self.source.frames():
            with self._arrived:
                self._pictures.append(frame)
                self._arrived.notify_all()

    def want(self) -> None:
        """Ask for the next picture."""
        self.source.want()

    def nearest(self, at_ns: int) -> Image | None:
        """Return the picture nearest in time, once one is there that was taken later; None when none is near enough.

        Args:
            at_ns: monotonic nanoseconds; a picture has been wanted since.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: any(self._offset_ns(frame, at_ns) >= 0 for frame in self._pictures), _WAIT_S)
            best = min(self._pictures, key=lambda frame: abs(self._offset_ns(frame, at_ns)), default=None)
        return None if best is None or abs(self._offset_ns(best, at_ns)) > APART_NS else best.image

    @staticmethod
    def _offset_ns(frame: Frame, at_ns: int) -> int:
        return frame.taken.monotonic_ns - at_ns
