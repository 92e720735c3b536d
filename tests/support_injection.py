"""Known errors in the detections of a real clip: first everything is made consistent, then spoilt in known places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.track import TrackMemory, follow
from askance.edge.view import NOBODY, Moment, View
from askance.edge.window import AHEAD, Waiting, Window, flush, patience_ns, push

LONG: Final = 12  # frames that a track has to be seen in to count as an object
APART: Final = 10  # frames between two errors: each is judged by itself
NEAR: Final = 0.1  # overlap from which on a whisper may be of a thing
SURE: Final = 0.75  # score of the consistent objects
PACE: Final = 3.75  # sides a second: what moves so far from the border of the picture may be outside it
ROOM: Final = 0.1  # of the picture's sides: those of a false box, at most

Row = tuple[NDArray[np.float64], int, float]


@dataclass(frozen=True, slots=True)
class Thing:
    """One object over time: from its first frame on a box in each, and one label."""

    first: int
    label: int
    boxes: NDArray[np.float64]

    @property
    def frames(self) -> range:
        return range(self.first, self.first + len(self.boxes))

    def around(self, frame: int) -> NDArray[np.float64]:
        """Its box in the frame of its life that is nearest: the real detector may whisper of it before and after."""
        box: NDArray[np.float64] = self.boxes[min(max(frame - self.first, 0), len(self.boxes) - 1)]
        return box

    def at(self, frame: int) -> NDArray[np.float64]:
        box: NDArray[np.float64] = self.boxes[frame - self.first]
        return box


@dataclass(frozen=True, slots=True)
class Clip:
    """The detections of a clip, and when each frame was taken."""

    frames: Sequence[Detections]
    step_ns: int
    size: tuple[int, int]

    @property
    def way(self) -> float:
        """How far an object may come from one frame to the next, in its sides."""
        return PACE * self.step_ns / 1e9


@dataclass(frozen=True, slots=True)
class Error:
    """One injected error: its kind, its frame, and the thing it befalls."""

    kind: str
    frame: int
    thing: int


def things(clip: Clip) -> list[Thing]:
    """The objects that the tracker follows long enough, gaps closed and boxes smoothed."""
    memory, seen = TrackMemory(), dict[int, dict[int, int]]()
    for number, found in enumerate(clip.frames):
        memory, ids = follow(memory, found, at_ns=number * clip.step_ns)
        for index, track in enumerate(ids.tolist()):
            if track != NOBODY and found.reported[index]:
                seen.setdefault(track, {})[number] = index
    return [_thing(clip, places) for places in seen.values() if len(places) >= LONG]


def _thing(clip: Clip, places: Mapping[int, int]) -> Thing:
    numbers = sorted(places)
    known = np.array([clip.frames[number].boxes[places[number]] for number in numbers], np.float64)
    whole = np.arange(numbers[0], numbers[-1] + 1)
    boxes = np.stack([np.interp(whole, numbers, column) for column in known.T], axis=1)
    padded = np.pad(boxes, ((2, 2), (0, 0)), mode="edge")
    labels = [int(clip.frames[number].label_ids[places[number]]) for number in numbers]
    return Thing(
        numbers[0], max(set(labels), key=labels.count), np.mean([padded[i : i + len(boxes)] for i in range(5)], axis=0)
    )


def apart(found: Iterable[Thing]) -> list[Thing]:
    """Leave out things that another one overlaps: which of the two an error befalls would not be clear."""
    kept: list[Thing] = []
    for thing in sorted(found, key=lambda thing: -len(thing.boxes)):
        if all(_overlap(thing, other) < 0.3 for other in kept):
            kept.append(thing)
    return kept


def _overlap(one: Thing, other: Thing) -> float:
    common = sorted(set(one.frames) & set(other.frames))
    return max((iou(one.at(number), other.at(number)) for number in common), default=0.0)


def iou(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    sides = np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0.0)
    common = float(sides.prod())
    return common / float((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - common)


def plan(found: Sequence[Thing], kinds: Sequence[str], *, rng: np.random.Generator, clip: Clip) -> list[Error]:
    """Choose where errors happen: one at a frame, far apart, in the middle of a thing's life and of the picture.

    What may have left the picture from one frame to the next is not gone by an error, see ``PACE``.
    """
    errors: list[Error] = []
    shuffled = [kinds[int(index)] for index in rng.permutation(len(kinds))]
    order = [(index, frame) for index, thing in enumerate(found) for frame in thing.frames[4:-4]]
    for position in rng.permutation(len(order)):
        index, frame = order[position]
        kind = shuffled[len(errors) % len(kinds)]
        if any(abs(frame - error.frame) < APART for error in errors) or not _inside(found[index].at(frame), clip.size):
            continue
        if kind == "drop" and not _stays(found[index].at(frame), clip):
            continue
        if any(error.thing == index and "drop" in {kind, error.kind} for error in errors):
            continue  # what is gone cannot err again, and what erred cannot be gone before
        errors.append(Error(kind, frame, index))
    return errors


def _inside(box: NDArray[np.float64], size: tuple[int, int]) -> bool:
    width, height = size
    return bool(box[0] > 0.05 * width and box[1] > 0.05 * height and box[2] < 0.95 * width and box[3] < 0.95 * height)


def _stays(box: NDArray[np.float64], clip: Clip) -> bool:
    """Whether the object has its middle in the picture in the next frame too, however it moves."""
    middle, far = (box[:2] + box[2:]) / 2, clip.way * (box[2:] - box[:2])
    return bool((middle >= far).all() and (middle <= np.array(clip.size) - far).all())


def spoil(
    found: Sequence[Thing],
    errors: Sequence[Error],
    *,
    quiet: Sequence[Sequence[Row]],
    clip: Clip,
    rng: np.random.Generator,
) -> list[Detections]:
    """Write the detections anew: the things, with their errors, over what the detector was unsure of (``quiet``)."""
    gone = {error.thing: error.frame for error in errors if error.kind == "drop"}
    at = {error.frame: error for error in errors}
    return [
        _frame([*_objects(found, number, gone=gone, error=at.get(number), quiet=around, rng=rng, clip=clip), *around])
        for number, around in enumerate(quiet)
    ]


def whispers(clip: Clip, found: Sequence[Thing]) -> list[list[Row]]:
    """What the real detector was unsure of in each frame, unless it lies on a thing."""
    return [_whispers(seen, [thing.around(number) for thing in found]) for number, seen in enumerate(clip.frames)]


def _objects(
    found: Sequence[Thing],
    number: int,
    *,
    gone: Mapping[int, int],
    error: Error | None,
    quiet: Sequence[Row],
    rng: np.random.Generator,
    clip: Clip,
) -> list[Row]:
    rows: list[Row] = []
    for index, thing in enumerate(found):
        if number not in thing.frames or number >= gone.get(index, number + 1):
            continue
        box, label, score = thing.at(number), thing.label, SURE
        if error is not None and error.thing == index:
            width = box[2] - box[0]
            if error.kind == "flicker":
                continue
            if error.kind == "switch":
                label = 1 + label % 20
            if error.kind == "dip":
                score = 0.25
            if error.kind == "shift":
                box = box + np.array([0.4, 0.0, 0.4, 0.0]) * width
        rows.append((box, label, score))
    if error is not None and error.kind == "false":
        rows.append((_free_place([*rows, *quiet], rng=rng, clip=clip), 1, SURE))
    return rows


def _free_place(rows: Sequence[Row], *, rng: np.random.Generator, clip: Clip) -> NDArray[np.float64]:
    """Of a hundred places the one that others overlap least; where steps are long a small one, far from the border."""
    share = min(ROOM, 0.2 / clip.way)
    low = share * max(0.0, clip.way - 0.5)
    corners = rng.uniform(low, 0.95 - share - low, (100, 2)) * clip.size
    boxes = np.concatenate([corners, corners + np.array(clip.size) * share], axis=1)
    worst = [max((iou(box, row[0]) for row in rows), default=0.0) for box in boxes]
    place: NDArray[np.float64] = boxes[int(np.argmin(worst))]
    return place


def _whispers(found: Detections, taken: Sequence[NDArray[np.float64]]) -> list[Row]:
    """What the real detector was unsure of, unless it lies on a thing."""
    rows = [
        (found.boxes[index].astype(np.float64), int(found.label_ids[index]), float(found.scores[index]))
        for index in np.flatnonzero(~found.reported)
    ]
    return [row for row in rows if all(iou(row[0], box) < NEAR for box in taken)]


def _frame(rows: Sequence[Row]) -> Detections:
    ordered = sorted(rows, key=lambda row: -row[2])
    scores = np.array([score for _, _, score in ordered], np.float32)
    return Detections(
        boxes=np.array([box for box, _, _ in ordered], np.float32).reshape(-1, 4),
        scores=scores,
        label_ids=np.array([label for _, label, _ in ordered], np.int32),
        class_scores=None,
        reported=scores >= 0.5,
    )


def views(frames: Sequence[Detections], *, clip: Clip) -> list[View]:
    """Follow and wait as the pipeline does; one view a frame, in order."""
    memory, window, seen = TrackMemory(), Window[None](), list[View]()
    for number, found in enumerate(frames):
        at_ns = number * clip.step_ns
        memory, ids = follow(memory, found, at_ns=at_ns)
        waiting = Waiting(Moment(found, ids, at_ns, memory.sightings), clip.size, None, patience_ns(clip.step_ns))
        window, ripe = push(window, waiting, ahead=AHEAD)
        seen += [view for view, _ in ripe]
    return seen + [view for view, _ in flush(window)[1]]
