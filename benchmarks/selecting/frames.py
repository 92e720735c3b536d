"""Labelled frames, looked at: what the detector said, what was wrong, what labelling them takes."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from selecting.listing import Stamp

from askance.edge.camera_motion import STILL, CameraMotion, estimate
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.package import ModelCard
from askance.edge.gate import TILE_HEIGHT, TILE_WIDTH, Grey, difference_hash, motion
from askance.edge.pipeline import MOVED
from askance.edge.track import TrackMemory, follow
from askance.edge.view import Moment, View, alone
from askance.edge.window import AHEAD, Waiting, Window, flush, patience_ns, push
from askance.labels import LabelMap
from askance.models.mistakes import Mistakes, find_mistakes, judgeable
from askance.models.photos import read_photo
from askance.models.truth import Objects, Truth, read_truth

FRAME_S = 5.0
OBJECT_S = 4.0


@dataclass(frozen=True, slots=True)
class Looked:
    """One frame.

    Attributes:
        view: what the detector said of it, and further looks; in a sequence also what it said before and after.
        mistakes: what was wrong with the first look.
        objects: how many are labelled.
        dhash: its difference hash, 64 bits.
        tile: (90, 160), uint8, grey: it made small, by which the camera's motion is told.
    """

    view: View
    mistakes: Mistakes
    objects: int
    dhash: int
    tile: Grey

    @property
    def seconds(self) -> float:
        """How long a person labels it."""
        return FRAME_S + OBJECT_S * self.objects


def labelled(photos: Sequence[Path], *, labels: Path, card: ModelCard, names: LabelMap) -> Truth:
    """Read what is labelled in photos of the classes of a card; the others are left out, and counted."""
    sizes = {photo: (image.shape[1], image.shape[0]) for photo in photos for image in (read_photo(photo),)}
    truth = read_truth(labels, sizes, card=card, names=names)
    if not truth:
        raise SystemExit(
            f"{labels}: none of {len(photos)} photos is labelled: not listed, or of tasks that are not done"
        )
    if len(truth) < len(photos):
        print(f"left out: {len(photos) - len(truth)} photos that nobody has labelled", file=sys.stderr)
    return truth


def look(detector: Detector, truth: Mapping[Path, Objects], *, second: SecondLook | None = None) -> list[Looked]:
    """Let a detector look at every photo, in their order, and at each of them again, for classes that are judged."""
    looked: list[Looked] = []
    some = {int(label) for objects in truth.values() for label in detector.label_ids[objects.judged]}
    if some < detector.labels:
        print(f"judged: {len(some)} of {len(detector.labels)} classes, those that the labels have", file=sys.stderr)
    for photo, objects in truth.items():
        image = read_photo(photo)
        prepared = detector.prepare(image)
        judged = detector.label_ids[objects.judged]
        found = judgeable(detector.read(detector.forward(prepared), fit=prepared.fit), judged)
        view = alone(found, size=(image.shape[1], image.shape[0]))
        if second is not None:
            again = (replace(each, detections=judgeable(each.detections, judged)) for each in second.look(image))
            view = replace(view, again=tuple(again))
        mistakes = find_mistakes(found, objects.boxes, label_ids=detector.label_ids[objects.columns])
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        tile = cv2.resize(grey, (TILE_WIDTH, TILE_HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        looked.append(Looked(view, mistakes, len(objects.columns), difference_hash(grey), tile))
    return looked


def in_sequence(frames: Sequence[Looked], stamps: Sequence[Stamp]) -> list[Looked]:
    """Follow objects from frame to frame of each camera, and let each frame see those around it, as the agent does.

    The camera's motion is taken out, a cut ends all tracks, and a frame waits as long as it would on a device. Unlike
    there every frame is looked at, and how many objects are usual at an hour is not learnt.
    """
    cameras = dict.fromkeys(stamp.camera for stamp in stamps)
    taken = [(frame, stamp) for frame, stamp in zip(frames, stamps, strict=True)]
    return [
        each
        for camera in cameras
        for each in _follow([(frame, stamp.at_ns) for frame, stamp in taken if stamp.camera == camera])
    ]


def _follow(frames: Sequence[tuple[Looked, int]]) -> list[Looked]:
    memory, window = TrackMemory(), Window[Looked]()
    ripe: list[tuple[View, Looked]] = []
    for (last, _), (frame, at_ns) in pairwise((frames[0], *frames)):
        found, size, shift = frame.view.detections, frame.view.size, _shift(last, frame)
        if shift is None:
            window, ripe = Window(), [*ripe, *flush(window)[1]]
        patience = patience_ns(0 if memory.at_ns is None else at_ns - memory.at_ns)
        memory, tracks = follow(memory, found, at_ns=at_ns, camera=shift)
        moment = Moment(found, tracks, at_ns, memory.sightings)
        window, out = push(window, Waiting(moment, size, frame, patience), ahead=AHEAD)
        ripe += out
    ripe += flush(window)[1]
    return [replace(frame, view=replace(view, again=frame.view.again)) for view, frame in ripe]


def _shift(before: Looked, now: Looked) -> CameraMotion | None:
    """Return how the camera moved from one frame to the next; None: another scene."""
    if motion(before.tile, now.tile) <= MOVED:
        return STILL
    return estimate(before.tile, now.tile, size=now.view.size)
