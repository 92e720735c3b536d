"""All that a decision on a frame may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TypeAlias

from askance.edge.rules.scenes import Looks, looks
from askance.edge.values import Quality, SignalValues
from askance.edge.view import View
from askance.wire.identity import CameraId

Pose: TypeAlias = tuple[CameraId, str | None]
"""A camera and where it looks: the name of a preset, None for one that does not move."""


@dataclass(frozen=True)  # no slots: what the frame looks like is worked out when somebody asks
class FrameContext:
    """All that a decision may look at.

    Attributes:
        camera: who took the frame.
        taken_ns: when, on the camera's own time line.
        now_ns: the same moment on the clock that budgets and cooldowns run on, which all cameras share.
        signals: the answer to each of ``Policy.measures``.
        quality: what the gate measured.
        view: what was seen, with tracks.
        draw: a random number, uniform in [0, 1), of this frame alone.
        cameras: how many cameras share the rates of the random arm, at least 1.
        pose: the preset that the camera stood at; None: it does not move, or nobody knows.
        local: when the frame was taken by the clocks of the place, with its offset; None: not known.
        readings: what the device measures beside pictures, by name, without what is too old.
        asked: who or what has asked for the frame; None: nobody.
    """

    camera: CameraId
    taken_ns: int
    now_ns: int
    signals: SignalValues
    quality: Quality
    view: View
    draw: float
    cameras: int = 1
    pose: str | None = None
    local: datetime | None = None
    readings: Mapping[str, float] = field(default_factory=dict[str, float])
    asked: str | None = None

    @cached_property
    def looks(self) -> Looks:
        """What tells the frame from others."""
        return looks(self.view.detections, dhash=self.quality.dhash, size=self.view.size)

    @property
    def today(self) -> date | None:
        """The day by the clocks of the place; None: not known."""
        return None if self.local is None else self.local.date()

    @property
    def where(self) -> Pose:
        """What the camera looks at."""
        return self.camera, self.pose
