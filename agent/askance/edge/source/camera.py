"""A camera on the network or on this device: its newest frame, for as long as anybody wants one."""

from collections.abc import Callable, Iterator
from typing import Final

from askance.backoff import full_jitter_s
from askance.edge.config import CameraSection
from askance.edge.decoding.address import Address
from askance.edge.decoding.messages import Ended, Failed
from askance.edge.decoding.ring import Shot
from askance.edge.source.clock import instant, synchronized
from askance.edge.source.life import Died
from askance.edge.source.watched import Watched
from askance.edge.values import Frame

FIRST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 6.0  # an attempt costs a fifth of a second of a core; a camera is back within 15 s


class Camera(Watched):
    """A source that goes on whether or not its frames are taken, and that comes back after every failure."""

    def __init__(
        self, camera: CameraSection, address: Address, *, jitter: Callable[[], float], on_request: bool = False
    ) -> None:
        super().__init__(camera, address, on_request=on_request)
        self._jitter = jitter

    def frames(self) -> Iterator[Frame]:
        """As ``Source`` says."""
        attempt = 0
        while not self._closed.is_set():
            for event in self._decode():
                match event:
                    case Shot():
                        attempt, self.trouble = 0, None
                        self._tally.deliver(event.position)
                        yield self._frame(event)
                    case Failed() | Died():
                        self._restart(event.why)
                    case Ended():  # only recordings end
                        pass
            attempt += 1
            self._wait(full_jitter_s(attempt, self._jitter(), base_s=FIRST_WAIT_S, cap_s=LONGEST_WAIT_S))

    def _frame(self, shot: Shot) -> Frame:
        taken = instant(shot.monotonic_ns, wall_ns=shot.wall_ns, synchronized=synchronized())
        return Frame(shot.image, self._camera.id, taken, shot.position)
