"""What a running agent is told from outside, and the frames that it is asked for."""

import threading
from collections.abc import Collection, Mapping

from askance.edge.readings import Readings
from askance.edge.requests import Requests
from askance.wire.identity import CameraId


class Told:
    """Takes what anybody says in any thread, and gives it to the one that decides; at first it knows nothing.

    Args:
        reach_ns: how far back frames are held that can still be asked for, nanoseconds; 0: none are.
    """

    def __init__(self, *, reach_ns: int = 0) -> None:
        self._reach_ns = reach_ns
        self._lock = threading.Lock()
        self._readings = Readings()
        self._requests = Requests()

    def tell(self, numbers: Mapping[str, float], *, now_ns: int, for_ns: int) -> None:
        """Take readings in, see ``Readings.tell``.

        Raises:
            ValueError: there would be too many at once.
        """
        with self._lock:
            self._readings = self._readings.tell(numbers, now_ns=now_ns, for_ns=for_ns)

    def ask(self, cameras: Collection[CameraId], *, note: str, last_ns: int = 0) -> int:
        """Ask for frames, see ``Requests.ask``; return how far back they are held, of what was asked for."""
        granted_ns = min(last_ns, self._reach_ns)
        with self._lock:
            self._requests = self._requests.ask(cameras, note=note, last_ns=granted_ns)
        return granted_ns

    def readings(self, now_ns: int) -> Mapping[str, float]:
        """Return the numbers that are true at a moment of the monotonic clock."""
        return self._readings.fresh(now_ns)

    def asked(self, camera: CameraId, taken_ns: int) -> str | None:
        """Return who asks for a frame, and what for; None: nobody does. To be asked once for every frame that comes.

        Args:
            camera: who took it.
            taken_ns: when, on the camera's time line.
        """
        with self._lock:
            self._requests, note = self._requests.see(camera, taken_ns)
        return note
