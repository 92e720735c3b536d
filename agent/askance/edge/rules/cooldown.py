"""The pauses of a rule after it has paid for a frame: for everything, or for who and where the frame was about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from askance.edge.iou import SAME, ious
from askance.edge.rules.budgets import Purse
from askance.edge.rules.context import Pose
from askance.edge.rules.finding import CIRCUMSTANCES, Finding
from askance.edge.values import Area, Subject
from askance.edge.view import NOBODY, View
from askance.edge.zones import WHOLE, ground, inside

MOST: Final = 4096
"""Tracks and places that are remembered of a rule, the latest; a pause is rarely longer than that many last."""

_OF_THE_FRAME: Final = frozenset({"entropy", "expected_errors", "unexpected_count"})
"""Signals that name objects as examples, and are about all of them together."""

_BESIDE: Final = CIRCUMSTANCES | {"quality"}
"""Clauses that say nothing of objects, and take nothing from what others say of them."""


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

    def add(self, subjects: Collection[Subject], *, now_ns: int, memory_ns: int) -> "Marks":
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

    def known(self, about: Sequence[Collection[Subject]], pause_ns: int, *, now_ns: int) -> bool:
        """Whether a frame is about nothing but what was kept less than ``pause_ns`` nanoseconds ago.

        Args:
            about: what it is about, each thing under all its names; nothing is not known.
            pause_ns: the pause.
            now_ns: when the frame was taken.
        """
        recent = {subject for subject, at_ns in self.kept_ns.items() if abs(now_ns - at_ns) < pause_ns}
        return bool(about) and all(not recent.isdisjoint(names) for names in about)


def tracks(objects: Iterable[int], view: View, *, where: Pose) -> tuple[frozenset[Subject], ...]:
    """Name whom a frame is about: the track of each object, and those of what lies on the same place.

    Candidates that nobody follows, or not yet, are nobody. A second box on an object, taken for something else, begins
    a track, and is nobody new.

    Args:
        objects: indices into the detections.
        view: the frame.
        where: the camera that took it, and where that looked.
    """
    followed, boxes = view.now.tracks, view.detections.boxes
    rows = [row for row in dict.fromkeys(objects) if followed[row] != NOBODY]
    if not rows:
        return ()
    known = (followed != NOBODY).nonzero()[0]
    with np.errstate(invalid="ignore"):  # boxes without area
        same = ious(boxes[rows], boxes[known]) > SAME
    same |= np.array(rows)[:, None] == known
    return tuple(dict.fromkeys(frozenset((*where, track) for track in followed[known[on]].tolist()) for on in same))


def concerned(finding: Finding, view: View, *, where: Pose) -> tuple[frozenset[Subject], ...]:
    """Name whom all evidence of a rule is about, see ``tracks``; nobody where some is of no object that is followed.

    Args:
        finding: what the rule's condition found.
        view: the frame.
        where: the camera that took it, and where that looked.
    """
    evidence = [found for found in finding.evidence() if found.clause not in _BESIDE]
    if any(found.clause in _OF_THE_FRAME or not found.objects for found in evidence):
        return ()
    return tracks((row for found in evidence for row in found.objects), view, where=where)


def places(objects: Sequence[int], view: View, *, where: Pose, area: Area | None) -> tuple[Subject, ...]:
    """Name the polygons of a rule's zones that a frame is about; without zones all of the picture is one.

    Args:
        objects: indices into the detections.
        view: the frame.
        where: the camera that took it, and where that looked.
        area: the rule's, at this camera in this pose.
    """
    polygons = (WHOLE,) if area is None else area.include
    feet = ground(view.detections.boxes[list(objects)], size=view.size)
    return tuple((*where, polygon) for polygon in polygons if np.any(inside(feet, polygon)))
