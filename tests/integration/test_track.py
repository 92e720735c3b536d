"""On the shipped detector's candidates of real clips, tracks are those that roboflow's ByteTrack makes."""

import json
import subprocess
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from askance import shipped
from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.package import load_package
from askance.edge.detections import Detections
from askance.edge.track import TrackMemory, TrackSection, follow
from askance.edge.values import Image
from askance.edge.view import NOBODY
from askance.labels import LabelMap
from support_camera import closing, source
from support_pipeline import frame

FRAMES = 120
REPORT = 0.2
LOW = 0.1
IOU = 0.2
"""ByteTrack as roboflow has it pairs all candidates from one overlap on."""

ONE_PLACE = 0.5
"""Boxes of several classes that overlap by more are one object, and which of them goes on is anybody's guess."""

AGREED = 0.95

Ids = Sequence[Sequence[int]]
Link = tuple[int, int, int]
"""The number of a frame, a candidate of it, and the candidate of the next frame that is the same object."""


@pytest.fixture(scope="module")
def detector() -> Detector:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    return Detector(package, labels, section=DetectorSection(report=REPORT))


@pytest.fixture(scope="module")
def bytetrack(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Detections], float], Ids]:
    """Run roboflow's tracker in the environment that has it."""
    environment = checkout / ".venv-references"
    if not any(environment.glob("lib/python*/site-packages/trackers")):
        pytest.skip("no environment with trackers: make references")
    folder = tmp_path_factory.mktemp("bytetrack")

    def run(frames: Sequence[Detections], rate: float) -> Ids:
        rows = [{"boxes": each.boxes.tolist(), "scores": each.scores.tolist()} for each in frames]
        (folder / "frames.json").write_text(json.dumps(rows))
        script = checkout / "tests" / "references" / "bytetrack.py"
        options = ["--rate", str(rate), "--report", str(REPORT), "--iou", str(IOU)]
        command = [environment / "bin" / "python", script, folder / "frames.json", folder / "ids.json", *options]
        subprocess.run([str(each) for each in command], check=True, capture_output=True)
        found: Ids = json.loads((folder / "ids.json").read_text())
        return found

    return run


def crossing(assets: Path) -> Sequence[Image]:
    files = sorted((assets / "video" / "crossing" / "img").glob("*.jpg"))[:FRAMES]
    return [np.asarray(cv2.imread(str(file)), np.uint8) for file in files]


def bikes(assets: Path) -> Sequence[Image]:
    return [taken.image for taken in islice(closing(source(assets / "video" / "bikes.mp4")), FRAMES)]


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    sides = [min(one[end], other[end]) - max(one[end - 2], other[end - 2]) for end in (2, 3)]
    shared = max(sides[0], 0.0) * max(sides[1], 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def one_on_a_place(seen: Detections) -> Detections:
    """Of candidates on one place the best, whatever its class."""
    boxes: list[list[float]] = seen.boxes.tolist()
    kept: list[int] = []
    for index in np.flatnonzero(seen.scores >= LOW).tolist():
        if all(iou(boxes[index], boxes[better]) <= ONE_PLACE for better in kept):
            kept.append(index)
    return Detections(seen.boxes[kept], seen.scores[kept], seen.label_ids[kept], None, seen.reported[kept])


def ours(frames: Sequence[Detections], rate: float) -> Ids:
    memory, found = TrackMemory(), list[list[int]]()
    section = TrackSection(first_iou=IOU, second_iou=IOU, low=LOW)
    for number, seen in enumerate(frames):
        memory, tracks = follow(memory, seen, at_ns=round(number * 1e9 / rate), section=section)
        found.append(tracks.tolist())
    return found


def links(ids: Ids, *, others: Ids) -> set[Link]:
    """What one tracker joins, of candidates that both trackers say belong to a track.

    They say so at different times: theirs names an object at its second sighting and soon forgets one that was seen
    once, ours names it at the first and waits for it.
    """
    found: set[Link] = set()
    for number, (now, following) in enumerate(pairwise(ids)):
        places = {track: index for index, track in enumerate(following)}
        for index, track in enumerate(now):
            after = places.get(track)
            if after is None or NOBODY in (track, others[number][index], others[number + 1][after]):
                continue
            found.add((number, index, after))
    return found


@pytest.mark.parametrize(
    ("clip", "rate"), [pytest.param(crossing, 30.0, id="crossing"), pytest.param(bikes, 25.0, id="bikes")]
)
def test_what_both_follow_they_follow_alike(
    assets: Path,
    detector: Detector,
    bytetrack: Callable[[Sequence[Detections], float], Ids],
    *,
    clip: Callable[[Path], Sequence[Image]],
    rate: float,
) -> None:
    """The share of links, twice those that both make among those of each; a clip has some hundreds."""
    frames = [one_on_a_place(detector.detect(frame(image, 0))) for image in clip(assets)]
    mine, theirs = ours(frames, rate), bytetrack(frames, rate)

    made, expected = links(mine, others=theirs), links(theirs, others=mine)

    assert len(expected) > FRAMES
    assert 2 * len(made & expected) / (len(made) + len(expected)) >= AGREED
