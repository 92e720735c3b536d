"""The pauses of a rule after it has paid for a frame: for everything, or for who and where the frame was about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from askance.edge.rules.budgets import Purse
from askance.edge.values import Area, Subject
from askance.edge.view import NOBODY, View
from askance.edge.zones import WHOLE, ground, inside
from askance.wire.identity import CameraId

MOST: Final = 4096
"""Tracks and places that are remembered of a rule, the latest; a pause is rarely longer than that many last."""


def cooling(purse: Purse, pause_ns: int, *, now_ns: int) -> bool:
    """Whether the rule paid for a frame less than ``pause_ns`` nanoseconds ago.

    It is read from what the rule has paid, so it survives a restart as the budget does. Frames around a kept one cost
    bytes alone, and are no reason to pause.
    """
    return any(paid.frames for paid in purse.near(now_ns, within_ns=pause_ns))


@dataclass(frozen=True, slots=True)
class Marks:
    """Whom and where a rule has kept lately, on the clock that budgets run on; a restart forgets it, as tracks are."""

    kept_ns: Mapping[Subject, int] = field(default_factory=dict[Subject, int])

    def add(self, subjects: Sequence[Subject], *, now_ns: int, memory_ns: int) -> "Marks":
        """Remember a frame that was kept, and forget what is ``memory_ns`` nanoseconds before the latest, or more.

        Args:
            subjects: whom and where it was about.
            now_ns: when it was taken; frames that have waited come late.
            memory_ns: the longest pause.
        """
        if not subjects:
            return self
        new = {subject: max(now_ns, self.kept_ns.get(subject, now_ns)) for subject in subjects}
        latest_ns = max((*self.kept_ns.values(), now_ns))
        recent = [
            (subject, at_ns)
            for subject, at_ns in self.kept_ns.items()
            if latest_ns - at_ns < memory_ns and subject not in new
        ]
        return Marks(dict((*recent, *new.items())[-MOST:]))

    def known(self, subjects: Sequence[Subject], pause_ns: int, *, now_ns: int) -> bool:
        """Whether a frame is about nothing but what was kept less than ``pause_ns`` nanoseconds ago."""
        if not subjects:
            return False
        ages = [None if (at_ns := self.kept_ns.get(subject)) is None else abs(now_ns - at_ns) for subject in subjects]
        return all(age is not None and age < pause_ns for age in ages)


def tracks(objects: Sequence[int], view: View, *, camera: CameraId) -> tuple[Subject, ...]:
    """Name the tracks that a frame is about; candidates that nobody follows, or not yet, are none.

    Args:
        objects: indices into the detections.
        view: the frame.
        camera: who took it.
    """
    followed = dict.fromkeys(int(view.now.tracks[row]) for row in objects)
    return tuple((camera, track) for track in followed if track != NOBODY)


def places(objects: Sequence[int], view: View, *, camera: CameraId, area: Area | None) -> tuple[Subject, ...]:
    """Name the polygons of a rule's zones that a frame is about; without zones all of the picture is one.

    Args:
        objects: indices into the detections.
        view: the frame.
        camera: who took it.
        area: the rule's, at this camera.
    """
    polygons = (WHOLE,) if area is None else area.include
    feet = ground(view.detections.boxes[list(objects)], size=view.size)
    return tuple((camera, polygon) for polygon in polygons if np.any(inside(feet, polygon)))
