"""What signals look at: one frame, between the frames before and after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import NamedTuple, TypeAlias

import numpy as np

from askance.edge.detections import Detections
from askance.edge.expectation import Usual
from askance.edge.values import Bools, Counts, Floats, Ints

NOBODY = -1
"""Stands in ``Moment.tracks`` for a candidate that belongs to no track."""

RIM = 0.01
"""A box that ends so near to the border of a part, as a share of its side, is taken to be cut."""

Part: TypeAlias = tuple[int, int, int, int]
"""A part of a frame: left, top, right, bottom, pixels."""


class Report(NamedTuple):
    """A reported candidate of a track.

    Attributes:
        row: its row in the detections.
        label: its label's id.
        score: its score.
        box: left, top, right, bottom, pixels.
        at_ns: when its frame was taken.
    """

    row: int
    label: int
    score: float
    box: Sequence[float]
    at_ns: int


@dataclass(frozen=True)  # no slots: what many frames and signals ask for is worked out once, and kept in the object
class Moment:
    """One frame that the detector has looked at.

    Attributes:
        detections: every candidate from the floor up.
        tracks: (n,), int32: the track of each candidate, ``NOBODY`` for none; no track twice.
        at_ns: when the frame was taken, nanoseconds on its camera's time line.
        sightings: (n,), int64: how often the track of each candidate was seen up to here; 0 for none.
    """

    detections: Detections
    tracks: Ints
    at_ns: int
    sightings: Counts

    def __post_init__(self) -> None:
        for told, of in (("tracks", self.tracks), ("sightings", self.sightings)):
            if of.shape != (len(self.detections),):
                raise ValueError(f"expected {len(self.detections)} {told}, got shape {of.shape}")

    @cached_property
    def places(self) -> Mapping[int, int]:
        """The row of each track that has a candidate."""
        rows = (self.tracks != NOBODY).nonzero()[0]
        return dict(zip(self.tracks.take(rows).tolist(), rows.tolist(), strict=True))

    @cached_property
    def reports(self) -> Mapping[int, Report]:
        """The reported ones of these, by track."""
        found = self.detections
        rows = found.reported.nonzero()[0]
        columns = (rows, found.label_ids.take(rows), found.scores.take(rows), found.boxes.take(rows, axis=0))
        reports = map(Report, *(column.tolist() for column in columns), repeat(self.at_ns))
        tracks = zip(self.tracks.take(rows).tolist(), reports, strict=True)
        return {track: report for track, report in tracks if track != NOBODY}


def cut(boxes: Floats, part: Part, *, size: tuple[int, int]) -> Bools:
    """Say of each box, shape (n,), whether it reaches a border of the part that lies inside the frame, or beyond it.

    Args:
        boxes: (n, 4): left, top, right, bottom in pixels of the frame.
        part: what was looked at.
        size: width and height of the frame, pixels.
    """
    low, high = np.array(part[:2]), np.array(part[2:])
    rim = RIM * (high - low)
    before = (boxes[:, :2] < low + rim) & (low > 0)
    behind = (boxes[:, 2:] > high - rim) & (high < size)
    return np.asarray((before | behind).any(axis=1), np.bool_)


@dataclass(frozen=True, slots=True)
class Again:
    """What a further look at a frame saw: at its parts, at its mirror image, or with another model.

    Attributes:
        name: of the look, for the sentences.
        detections: plain boxes in pixels of the frame.
        labels: the labels that it can see; None: all that the first look can.
        signal: the signal that it is evidence for, by its file name in ``edge/score``.
        parts: left, top, right, bottom of the parts that were looked at, pixels; none: the whole frame at once.
    """

    name: str
    detections: Detections
    labels: frozenset[int] | None = None
    signal: str = "second_look"
    parts: tuple[Part, ...] = ()

    def able(self, boxes: Floats, labels: Ints, *, size: tuple[int, int]) -> Bools:
        """Say of each object, shape (n,), whether this look would have seen it, were it there.

        Args:
            boxes: (n, 4): left, top, right, bottom in pixels of the frame.
            labels: (n,).
            size: width and height of the frame, pixels.
        """
        known = np.ones(len(labels), np.bool_) if self.labels is None else np.isin(labels, list(self.labels))
        whole = [~cut(boxes, part, size=size) for part in self.parts]
        return known & np.logical_or.reduce(whole) if whole else known


@dataclass(frozen=True)  # no slots: as of a moment
class View:
    """A frame that is to be judged, with what the same camera saw around it.

    Attributes:
        now: the frame.
        size: its width and height, pixels; those of the others are the same.
        before: frames before it, oldest first.
        after: frames after it, oldest first; nobody waits long for them, so there are few.
        usual: how many objects of each label its camera usually shows at this hour; None before that is known.
        again: what further looks at the frame saw; none: there was no time for any.
    """

    now: Moment
    size: tuple[int, int]
    before: tuple[Moment, ...] = ()
    after: tuple[Moment, ...] = ()
    usual: Usual | None = None
    again: tuple[Again, ...] = ()

    @property
    def detections(self) -> Detections:
        """What was seen on the frame itself."""
        return self.now.detections

    @cached_property
    def last(self) -> Mapping[int, Report]:
        """What was reported last before the frame, by track."""
        return _latest(self.before)

    @cached_property
    def following(self) -> Mapping[int, Report]:
        """What is reported first after it, by track."""
        return _latest(self.after[::-1])

    def earlier(self, track: int) -> list[Report]:
        """List what was reported of a track before the frame, oldest first."""
        return _of(track, self.before)

    def later(self, track: int) -> list[Report]:
        """List the same of the frames after it."""
        return _of(track, self.after)


def _latest(moments: Sequence[Moment]) -> Mapping[int, Report]:
    found: dict[int, Report] = {}
    for moment in moments:
        found.update(moment.reports)
    return found


def _of(track: int, moments: Sequence[Moment]) -> list[Report]:
    return [moment.reports[track] for moment in moments if track in moment.reports]


def untracked(detections: Detections, *, at_ns: int) -> Moment:
    """Return a moment in which nobody was followed."""
    nobody, never = np.full(len(detections), NOBODY, np.int32), np.zeros(len(detections), np.int64)
    return Moment(detections, nobody, at_ns, never)


def alone(detections: Detections, *, size: tuple[int, int]) -> View:
    """Return the view of a still picture, which nothing comes before or after."""
    return View(untracked(detections, at_ns=0), size)
