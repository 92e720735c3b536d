"""What is remembered of cameras, of each of their poses for itself: what they usually show there, and who is there."""

from dataclasses import dataclass, field, replace
from typing import Final

from askance.edge.gate import GateMemory
from askance.edge.rules.context import Pose
from askance.edge.track import TrackMemory
from askance.wire.identity import CameraId

MOST: Final = 64
"""Poses of all cameras together that are remembered, those that were looked at last."""


@dataclass(slots=True)
class Standing:
    """What is remembered of a camera in one pose; empty before its first frame there.

    Attributes:
        gate: what it usually shows.
        tracks: who is there.
        still_ns: until when it is known that nothing has moved since the last frame that the models looked at; None:
            nobody has looked.
    """

    gate: GateMemory = field(default_factory=GateMemory)
    tracks: TrackMemory = field(default_factory=TrackMemory)
    still_ns: int | None = None


class Standings:
    """Remembers poses; for one thread."""

    def __init__(self) -> None:
        self._known: dict[Pose, Standing] = {}
        self._last: dict[CameraId, Standing] = {}

    def turn(self, where: Pose) -> Standing:
        """Return what is remembered of the pose in which a camera takes its next frame.

        Faults of the picture are the camera's, wherever it looks, and turn with it.
        """
        standing = self._known.pop(where, None) or Standing()
        last = self._last.get(where[0], standing)
        if last is not standing:
            standing.gate = replace(standing.gate, picture=last.gate.picture)
        self._known[where] = self._last[where[0]] = standing
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return standing

    def at(self, where: Pose) -> Standing:
        """Return what is remembered of a pose in which a frame was taken."""
        return self._known.get(where) or Standing()
