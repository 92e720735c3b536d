"""Frames that somebody has asked for: the next of a camera, and those of the last seconds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from askance.wire.identity import CameraId


class Request(NamedTuple):
    """What was asked for at one camera.

    Attributes:
        note: who asked, and what for.
        last_ns: frames so long before the camera's last one are meant, too, nanoseconds.
        seen_ns: when the camera's last frame was taken, on its time line; None: there was none.
    """

    note: str
    last_ns: int
    seen_ns: int | None


@dataclass(frozen=True, slots=True)
class Requests:
    """The open requests, and what they are counted from; all on the time lines of the cameras.

    Attributes:
        open: one for each camera at most.
        seen_ns: when each camera's last frame was taken.
    """

    open: Mapping[CameraId, Request] = field(default_factory=dict[CameraId, Request])
    seen_ns: Mapping[CameraId, int] = field(default_factory=dict[CameraId, int])

    def ask(self, cameras: Collection[CameraId], *, note: str, last_ns: int = 0) -> "Requests":
        """Ask for the next frame of each camera, in place of what was asked for before.

        Args:
            cameras: which.
            note: who asks, and what for.
            last_ns: frames so long before the camera's last one are meant, too, should they come up again.
        """
        new = {camera: Request(note, last_ns, self.seen_ns.get(camera)) for camera in cameras}
        return Requests({**self.open, **new}, self.seen_ns)

    def see(self, camera: CameraId, taken_ns: int) -> tuple["Requests", str | None]:
        """Look whether a frame is asked for; a request ends with the first frame that is newer than it.

        Args:
            camera: who took the frame.
            taken_ns: when, on the camera's time line.

        Returns:
            What is open then, and the note; None: nobody asks for the frame.
        """
        request = self.open.get(camera)
        if request is not None and request.seen_ns is not None and taken_ns <= request.seen_ns:
            meant = request.seen_ns - request.last_ns <= taken_ns and request.last_ns > 0
            return self, request.note if meant else None
        seen_ns = {**self.seen_ns, camera: taken_ns}
        if request is None:
            return Requests(self.open, seen_ns), None
        return Requests({name: one for name, one in self.open.items() if name != camera}, seen_ns), request.note
