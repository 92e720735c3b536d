"""Where decoded frames and messages leave the child for its parent."""

import os
import time

import numpy as np
from numpy.typing import NDArray

from askance.edge.decoding.messages import Message, write_message
from askance.edge.decoding.ring import RingWriter, Stamp


class Outlet:
    """The child's end of ring, wake-up event, semaphore and pipe.

    Args:
        memory: descriptor of the ring's memory.
        ready: descriptor of the event that wakes the parent.
        free: descriptor of the semaphore that counts the frames that may be written; None: the newest frame wins.
        says: descriptor of the pipe for messages.
    """

    def __init__(self, *, memory: int, ready: int, free: int | None, says: int) -> None:
        self._ring = RingWriter(memory)
        self._ready = ready
        self._free = free
        self._says = says
        self._slot_held = False
        self._granted = -1  # the first frame is delivered unasked

    def beat(self) -> int:
        """Give a sign of life; return the monotonic clock in nanoseconds."""
        now = time.monotonic_ns()
        self._ring.beat(now)
        return now

    def wait(self) -> None:
        """Block until a slot is free; at once when the last one was not used, because its frame was unreadable."""
        if self._free is not None and not self._slot_held:
            os.eventfd_read(self._free)
        self._slot_held = True

    def wanted(self) -> bool:
        """Whether the parent has wanted a frame since this was last True; True at first."""
        asked = self._ring.wanted
        if asked == self._granted:
            return False
        self._granted = asked
        return True

    def begin(self, height: int, width: int) -> NDArray[np.uint8]:
        """Return the slot to write pixels into: (height, width, 3), uint8; again with a better size."""
        return self._ring.begin(height, width)

    def publish(self, *, position: int, media_ns: int, monotonic_ns: int) -> None:
        """Hand the frame written since ``begin`` to the parent."""
        self._ring.publish(Stamp(position, monotonic_ns, time.time_ns(), media_ns))
        os.eventfd_write(self._ready, 1)
        self._slot_held = False

    def say(self, message: Message) -> None:
        """Tell the parent something beside frames."""
        os.write(self._says, write_message(message))
