"""Frames that somebody has asked for: the next one of a camera."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from askance.wire.identity import CameraId


@dataclass(frozen=True, slots=True)
class Requests:
    """The open requests.

    Attributes:
        notes: who asks, and what for, by camera.
    """

    notes: Mapping[CameraId, str] = field(default_factory=dict[CameraId, str])

    def ask(self, cameras: Collection[CameraId], *, note: str) -> "Requests":
        """Ask for the next frame of each camera, in place of what was asked for before.

        Args:
            cameras: which.
            note: who asks, and what for.
        """
        return Requests({**self.notes, **dict.fromkeys(cameras, note)})

    def see(self, camera: CameraId) -> tuple["Requests", str | None]:
        """Look whether the next frame of a camera is asked for; the request ends with it.

        Returns:
            What is open then, and the note; None: nobody asks for the frame.
        """
        note = self.notes.get(camera)
        if note is None:
            return self, None
        return Requests({name: other for name, other in self.notes.items() if name != camera}), note
