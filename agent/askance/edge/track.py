"""Which candidate of a frame is which object of the frames before it: tracks by overlap, as in ByteTrack."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge import kalman
from askance.edge.assignment import assign
from askance.edge.camera_motion import STILL, CameraMotion
from askance.edge.detections import Detections
from askance.edge.iou import ious
from askance.edge.values import Bools, Counts, Floats, Ints
from askance.edge.view import NOBODY

Table = NDArray[np.float64]
Indices = NDArray[np.intp]

IDS: Final = 2**31
"""How many ids there are; the one after the last is the first again, years later."""

_NOTES: Final = kalman.PARTS
_ID, _LABEL, _MISSES, _AWAY_NS = range(4)
_SIGHTINGS: Final = _NOTES + 1
_ROWS: Final = _SIGHTINGS + 1
_LEAST_GAIN: Final = 1e-6  # of a pair that overlaps by no more than it must


@dataclass(frozen=True, slots=True)
class TrackSection:
    """When a candidate continues a track.

    Attributes:
        first_iou: least overlap of a reported candidate with where the track is expected.
        second_iou: the same of a candidate that is not reported: there are many, and most are nothing. The paper's 0.5
            is for 30 frames a second; at 5 it loses people who walk.
        low: least score of a candidate that is not reported.
        patience_ns: how long a track is remembered that no candidate continues, and its motion expected to go on.
        patience_frames: in how many frames at least it was not seen then: frames may lie far apart.
        longest_ns: after so long every track has ended.
        doubtful_iou: least overlap of any candidate after ``patience_ns``, or of another label than the track's: who
            stays in its place is known again, and who does not may be another.
        most_candidates: how many take part: the reported ones first, then those of the best score.
        most_tracks: how many are remembered: those seen last.
    """

    first_iou: float = 0.2
    second_iou: float = 0.3
    low: float = 0.1
    patience_ns: int = 10**9
    patience_frames: int = 3
    longest_ns: int = 300 * 10**9
    doubtful_iou: float = 0.5
    other_iou: float = 0.5
    most_candidates: int = 300
    most_tracks: int = 200


DEFAULTS: Final = TrackSection()


@dataclass(frozen=True, slots=True)
class Track:
    """One object, as far as it was followed.

    Attributes:
        id: its number; an object that comes back after its track has ended gets another.
        place: (4,), float64: centre and size at the time of the last frame, seen or not, pixels.
        velocity: (4,), float64: theirs, pixels a second.
        label_id: of the last candidate that was reported.
        misses: how many frames in a row it has not been seen in.
        away_ns: how long it has not been seen, without the time in which nothing moved.
        sightings: how many frames it has been seen in, also as a candidate that was not reported.
    """

    id: int
    place: kalman.Numbers
    velocity: kalman.Numbers
    label_id: int
    misses: int
    away_ns: int
    sightings: int


def _nobody() -> Table:
    return np.empty((_ROWS, 0, 4))


def _never() -> Counts:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class TrackMemory:
    """What is remembered of one camera in one pose; empty before the first frame.

    Attributes:
        table: (7, n, 4), float64, for n tracks, those seen last first; read only. First comes their motion, see
            ``kalman``, and then, of each, what else is known: id, label, misses, nanoseconds away; and, four times
            over, how often it was seen. All are whole numbers that a float64 has exactly.
        next_id: of the next object.
        at_ns: when the last frame was taken, or was the last known to show what it shows; None before the first.
        sightings: (m,), int64: of each candidate of the last frame, how often its track was seen; 0 for none.
    """

    table: Table = field(default_factory=_nobody)
    next_id: int = 0
    at_ns: int | None = None
    sightings: Counts = field(default_factory=_never)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Everything that is followed, those seen last first."""
        return tuple(
            Track(int(number), place, velocity, int(label), int(misses), int(away_ns), int(sightings))
            for place, velocity, (number, label, misses, away_ns), (sightings, *_) in zip(
                *self.table[[kalman.PLACE, kalman.VELOCITY, _NOTES, _SIGHTINGS]], strict=True
            )
        )


def follow(
    memory: TrackMemory,
    detections: Detections,
    *,
    at_ns: int,
    camera: CameraMotion | None = STILL,
    section: TrackSection = DEFAULTS,
) -> tuple[TrackMemory, Ints]:
    """Find the track of each candidate of the next frame (ByteTrack: Zhang et al., ECCV 2022, arXiv 2110.06864).

    First the reported candidates are paired with the tracks, by their overlap with where each is expected, and then
    those that are not reported with the tracks that are left. An object whose class switches stays one track, where its
    box stays. A reported candidate that continues none begins one, with its id from then on, and remembered as
    long as any other. Candidates that are not reported begin none; boxes without area belong to none. In
    which order the candidates come is of no consequence.

    Args:
        memory: of the frames before this one.
        detections: what was seen.
        at_ns: when the frame was taken; before the last one's time, everything begins anew, but no id comes twice.
        camera: how the picture moved since the last frame; None: it shows another scene, and everything begins anew.
        section: limits.

    Returns:
        The memory for the next frame, and (n,), int32: the track of each candidate, ``NOBODY`` for none.
    """
    table = _expected(memory, at_ns=at_ns, camera=camera, section=section)
    order, first = _taking_part(detections, section)
    boxes, labels = detections.boxes.take(order, axis=0), detections.label_ids[order]
    rows, left = _pair(table, boxes, labels=labels, first=first, section=section)

    known = (rows >= 0).nonzero()[0]
    born = (rows[:first] < 0).nonzero()[0][: section.most_tracks - len(known)]
    following = table.take(np.concatenate([rows[known], left.nonzero()[0]]), axis=1)
    continued, lost = following[:, : len(known)], following[:, len(known) :]
    _continue(continued, boxes.take(known, axis=0), labels=labels[known], reported=known < first)
    lost[_NOTES, :, _MISSES] += 1
    tracks, sightings = np.full(len(detections), NOBODY, np.int32), np.zeros(len(detections), np.int64)
    tracks[order[known]], sightings[order[known]] = continued[_NOTES, :, _ID], continued[_SIGHTINGS, :, 0]
    if len(born):  # mostly nobody is new
        begun = _begun(boxes[born], labels=labels[born], next_id=memory.next_id)
        tracks[order[born]], sightings[order[born]] = begun[_NOTES, :, _ID], 1
        following = np.concatenate([continued, begun, lost], axis=1)
    following.setflags(write=False)
    next_id = (memory.next_id + len(born)) % IDS
    return TrackMemory(following[:, : section.most_tracks], next_id, at_ns, sightings), tracks


def _taking_part(detections: Detections, section: TrackSection) -> tuple[Indices, int]:
    """Return the candidates that take part, reported ones first and then by score, and how many are reported."""
    boxes, scores, reported = detections.boxes, detections.scores, detections.reported
    left, top, right, bottom = boxes.T
    chosen = ((reported | (scores >= section.low)) & (right > left) & (bottom > top)).nonzero()[0]
    ranked = scores[chosen]
    if not (ranked[1:] < ranked[:-1]).all():  # mostly they come in this order, and no score twice
        chosen = chosen[np.lexsort((detections.label_ids[chosen], *boxes.take(chosen, axis=0).T, -ranked))]
    order = chosen[(~reported[chosen]).argsort(kind="stable")][: section.most_candidates]
    return order, int(np.count_nonzero(reported[order]))


def _expected(memory: TrackMemory, *, at_ns: int, camera: CameraMotion | None, section: TrackSection) -> Table:
    """Return the tracks that have not ended, with the motion that is expected at a time."""
    if memory.at_ns is None or camera is None or at_ns < memory.at_ns:
        return _nobody()
    passed_ns, patience_ns = at_ns - memory.at_ns, section.patience_ns
    _, _, misses, away_ns = memory.table[_NOTES].T
    limits_ns = np.where(misses < section.patience_frames, section.longest_ns, patience_ns)
    table: Table = memory.table.take((away_ns + passed_ns <= limits_ns).nonzero()[0], axis=1)
    motion, (_, _, misses, away_ns) = table[:_NOTES], table[_NOTES].T
    gone_on_ns = np.minimum(away_ns, patience_ns)
    away_ns += passed_ns
    ahead = (np.minimum(away_ns, patience_ns) - gone_on_ns) / 1e9
    kalman.expect(motion, passed_ns / 1e9, ahead=ahead, lost=misses > 0)
    if camera is not STILL:
        kalman.carry(motion, camera.affine)
    return table


def _pair(table: Table, boxes: Floats, *, labels: Ints, first: int, section: TrackSection) -> tuple[Indices, Bools]:
    """Return the row of the track that each candidate continues, -1 for none, and which tracks are left.

    As in ByteTrack, what a pair counts is by how much it overlaps more than it must; and the first candidates choose
    before the others do.
    """
    least = np.zeros(len(boxes), np.float32)
    least[:first], least[first:] = section.first_iou, section.second_iou
    _, label, _, away_ns = table[_NOTES].T
    doubtful = (away_ns > section.patience_ns)[:, None] | (label[:, None] != labels)
    more = ious(kalman.boxes_of(table[:_NOTES]), boxes)
    more -= np.maximum(least, doubtful * np.float32(section.doubtful_iou))
    flat = more.ravel()
    close = (flat >= 0.0).nonzero()[0]  # of a flat table it is found far faster
    rows, columns = np.divmod(close, len(boxes))
    gains = np.maximum(flat[close].astype(np.float64), _LEAST_GAIN)
    found, left = np.full(len(boxes), -1, np.intp), np.ones(len(label), np.bool_)
    for choosing in (columns < first, columns >= first):
        possible = (choosing & left[rows]).nonzero()[0]
        if not len(possible):  # mostly the reported candidates have taken all
            continue
        chosen = possible[assign(rows[possible], columns[possible], gains=gains[possible])]
        found[columns[chosen]] = rows[chosen]
        left[rows[chosen]] = False
    return found, left


def _begun(boxes: Floats, *, labels: Ints, next_id: int) -> Table:
    """Return a new track for each of some candidates."""
    table = np.zeros((_ROWS, len(boxes), 4))
    table[:_NOTES] = kalman.begun(boxes)
    table[_NOTES, :, _ID] = (next_id + np.arange(len(boxes))) % IDS
    table[_NOTES, :, _LABEL] = labels
    table[_SIGHTINGS] = 1
    return table


def _continue(table: Table, boxes: Floats, *, labels: Ints, reported: Bools) -> None:
    """Note that each of some tracks was seen as a candidate."""
    kalman.correct(table[:_NOTES], boxes)
    notes = table[_NOTES]
    np.copyto(notes[:, _LABEL], labels, where=reported)
    notes[:, _MISSES:] = 0  # and how long it was away
    table[_SIGHTINGS] += 1
