"""What a running agent is told from outside: numbers, where cameras look, and the frames that it is asked for."""

import threading
from collections.abc import Collection, Mapping

from askance.edge.readings import Readings
from askance.edge.requests import Requests, Wish
from askance.wire.identity import CameraId


class Told:
    """Takes what anybody says in any thread, and gives it to the one that decides; at first it knows nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings = Readings()
        self._requests = Requests()
        self._poses: Mapping[CameraId, str] = {}

    def tell(self, numbers: Mapping[str, float], *, now_ns: int, for_ns: int) -> None:
        """Take readings in, see ``Readings.tell``.

        Raises:
            ValueError: one is out of its range, or there would be too many at once.
        """
        with self._lock:
            self._readings = self._readings.tell(numbers, now_ns=now_ns, for_ns=for_ns)

    def turn(self, camera: CameraId, preset: str | None) -> None:
        """Take in where a camera looks from now on; None: forget what was told of it."""
        with self._lock:
            others = {name: pose for name, pose in self._poses.items() if name != camera}
            self._poses = others if preset is None else {**others, camera: preset}

    def ask(self, cameras: Collection[CameraId], wish: Wish) -> None:
        """Ask for frames, see ``Requests.ask``."""
        with self._lock:
            self._requests = self._requests.ask(cameras, wish)

    def readings(self, now_ns: int) -> Mapping[str, float]:
        """Return the numbers that are true at a moment of the monotonic clock."""
        return self._readings.fresh(now_ns)

    def poses(self) -> Mapping[CameraId, str]:
        """Return where the cameras look of which it was told."""
        return self._poses

    def asked(self, camera: CameraId) -> Wish | None:
        """Return what somebody wants of a camera's next frame; None: nobody does. A frame is asked about once."""
        with self._lock:
            self._requests, wish = self._requests.see(camera)
        return wish
