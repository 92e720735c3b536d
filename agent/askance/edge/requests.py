"""Frames that somebody has asked for: the next one of a camera, with as much as they want of what led to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from askance.wire.identity import CameraId


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a camera.

    Attributes:
        note: who asks, and what for.
        last_ns: how far back the frames before it shall reach at most, nanoseconds; None: as far as the rules say.
    """

    note: str
    last_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Requests:
    """The open requests.

    Attributes:
        wishes: by camera.
    """

    wishes: Mapping[CameraId, Wish] = field(default_factory=dict[CameraId, Wish])

    def ask(self, cameras: Collection[CameraId], wish: Wish) -> "Requests":
        """Ask for the next frame of each camera, in place of what was asked for before."""
        return Requests({**self.wishes, **dict.fromkeys(cameras, wish)})

    def see(self, camera: CameraId) -> tuple["Requests", Wish | None]:
        """Look whether the next frame of a camera is asked for; the request ends with it.

        Returns:
            What is open then, and what is wanted; None: nobody asks for the frame.
        """
        wish = self.wishes.get(camera)
        if wish is None:
            return self, None
        return Requests({name: other for name, other in self.wishes.items() if name != camera}), wish
