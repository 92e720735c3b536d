"""Exports read back by those who read COCO: made-up shapes of every kind, and the real label files of 100 photos."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hotcoco import panoptic

from askance.central.export import coco
from askance.central.lifecycle import State
from askance.central.tasks import Task, TaskId
from askance.codecs.jpeg import decode
from askance.codecs.rle import encode
from askance.labels import Label, LabelId, Skeleton
from askance.wire.annotations import MAX_RING_NUMBERS, Annotation, Keypoints, Mask, Origin, Polygon, Segment
from askance.wire.identity import Sha256
from support_central import REASON, make_manifest
from support_coco import Json, area_of, average_precision, ids_of, painted, panoptic_quality

LABELS = [
    Label(id=LabelId(1), name="person", skeleton=Skeleton(keypoints=("head", "foot"))),
    Label(id=LabelId(3), name="car"),
]


def task(number: int, annotations: tuple[Annotation, ...], *, size: tuple[int, int]) -> Task:
    """A task that a labeler has settled with these annotations."""
    return Task(
        id=TaskId(number),
        state=State.DONE,
        manifest=make_manifest(number, annotations=(), reasons=(REASON.model_copy(update={"objects": ()}),), size=size),
        sha256=Sha256("cd" * 32),
        received_at=0.0,
        labeler="ana",
        lease_until=None,
        expired=0,
        seconds=None,
        skip_reason=None,
        answer=annotations,
    )


def shapes(number: int, chance: random.Random) -> Task:
    """A frame of masks, polygons and keypoints by chance."""
    rows, columns = np.mgrid[:480, :640]
    shown: list[Annotation] = []
    for _ in range(chance.randint(1, 8)):
        x, y, radius = chance.uniform(60, 580), chance.uniform(60, 420), chance.uniform(8, 55)
        place: dict[str, Any] = {"x": x - radius, "y": y - radius, "width": 2 * radius, "height": 2 * radius}
        place |= {"score": round(chance.uniform(0.1, 1), 6)}
        person: dict[str, Any] = {**place, "label_id": 1, "label": "person"}
        car: dict[str, Any] = {**place, "label_id": 3, "label": "car"}
        disc = np.asarray((rows - y) ** 2 + (columns - x) ** 2 < radius**2)
        turn = np.linspace(0, 2 * np.pi, 30, endpoint=False)
        ring = np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]).ravel()
        points = ((x, y - radius, 0.9), (x + chance.uniform(-9, 9), y + radius, None))
        shown.append(Mask(**person, counts=encode(disc)))
        shown.append(Polygon(**car, rings=(tuple(ring.tolist()),)))
        shown.append(Keypoints(**person, points=points))
    return task(number, tuple(shown), size=(640, 480))


@pytest.mark.parametrize("by", ["bbox", "segm", "keypoints"])
def test_shapes_scored_against_themselves_are_perfect(tmp_path: Path, by: str) -> None:
    chance = random.Random(2)  # noqa: S311 (made-up shapes)
    tasks = [shapes(number, chance) for number in range(1, 9)]

    coco.write(tmp_path, tasks, labels=LABELS, suggested=False, jpeg=lambda _: b"")

    path = tmp_path / coco.ANNOTATIONS
    rows = json.loads(path.read_text())["annotations"]
    assert pytest.approx(1.0) == average_precision(path, rows, by=by)


@pytest.fixture(scope="module")
def labelled(assets: Path) -> Json:
    """The panoptic labels of the validation photos."""
    path = assets / "images/coco128/panoptic_segmentation/annotations/panoptic_val2017.json"
    whole: Json = json.loads(path.read_text())
    return whole | {"folder": path.with_suffix("")}


@pytest.fixture(scope="module")
def labels(labelled: Json) -> list[Label]:
    return [Label(id=LabelId(each["id"]), name=each["name"]) for each in labelled["categories"]]


def polygons(assets: Path) -> Iterator[tuple[tuple[int, int], list[tuple[LabelId, list[float]]]]]:
    """Yield for each labelled photo its size, and of each object the class and the ring in pixels."""
    folder = assets / "images/coco128"
    for file in sorted((folder / "instance_segmentation/labels/val2017").glob("*.txt")):
        photo = folder / "images/val2017" / f"{file.stem}.jpg"
        height, width = decode(photo.read_bytes()).shape[:2]
        rows = [line.split() for line in file.read_text().splitlines()]
        rings = [np.array(numbers, np.float64).reshape(-1, 2) * (width, height) for _, *numbers in rows]
        yield (
            (width, height),
            [(LabelId(int(row[0])), ring.ravel().tolist()) for row, ring in zip(rows, rings, strict=True)],
        )


def drawn(label_id: int, label: str, ring: list[float], *, size: tuple[int, int]) -> Annotation:
    """An object as a labeler would send it; a ring of more corners than the wire takes goes as a mask."""
    points = np.array(ring).reshape(-1, 2)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    place: dict[str, Any] = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    place |= {"label_id": label_id, "label": label, "origin": Origin.HUMAN}
    if len(ring) <= MAX_RING_NUMBERS:
        return Polygon(**place, rings=(tuple(ring),))
    return Mask(**place, counts=painted([ring], size=size)["counts"])


def test_the_instance_labels_of_the_photos_written_and_read_back_are_perfect(
    assets: Path, labels: list[Label], tmp_path: Path
) -> None:
    names = {label.id: label.name for label in labels}
    tasks: list[Task] = []
    truth: list[Json] = []
    for number, (size, objects) in enumerate(polygons(assets), start=1):
        shown = tuple(drawn(label, names[label], ring, size=size) for label, ring in objects)
        tasks.append(task(number, shown, size=size))
        for label, ring in objects:
            row = {"image_id": number, "category_id": label, "score": 1.0, "bbox": [0, 0, 1, 1]}
            truth.append(row | {"segmentation": painted([ring], size=size)})

    coco.write(tmp_path, tasks, labels=labels, suggested=False, jpeg=lambda _: b"")

    written = json.loads((tmp_path / coco.ANNOTATIONS).read_text())["annotations"]
    assert len(truth) == len(written) > 500
    assert 1.0 == average_precision(tmp_path / coco.ANNOTATIONS, truth, by="segm", most=1000)
    areas = [(row["area"], area_of(own["segmentation"])) for row, own in zip(written, truth, strict=True)]
    assert pytest.approx(sum(theirs for _, theirs in areas), rel=0.01) == sum(ours for ours, _ in areas)


@pytest.fixture(scope="module")
def division(labelled: Json, labels: list[Label], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The panoptic labels of the photos as segments, exported; images keep their ids."""
    names = {label.id: label.name for label in labels}
    things = {each["id"]: bool(each["isthing"]) for each in labelled["categories"]}
    tasks: list[Task] = []
    for number, row in enumerate(labelled["annotations"], start=1):
        ids = ids_of(labelled["folder"] / row["file_name"])
        shown: list[Annotation] = []
        for one in row["segments_info"]:
            x, y, width, height = one["bbox"]
            place = {"x": x, "y": y, "width": width, "height": height, "label_id": one["category_id"]}
            place |= {"label": names[one["category_id"]], "thing": things[one["category_id"]], "origin": "human"}
            shown.append(Segment.model_validate(place | {"counts": encode(ids == one["id"])}))
        tasks.append(task(number, tuple(shown), size=(ids.shape[1], ids.shape[0])))
    folder = tmp_path_factory.mktemp("panoptic")
    coco.write(folder, tasks, labels=labels, suggested=False, jpeg=lambda _: b"")
    return folder


def test_the_panoptic_labels_of_the_photos_written_and_read_back_are_perfect(labelled: Json, division: Path) -> None:
    written = json.loads((division / "panoptic.json").read_text())["annotations"]

    truth = [(ids_of(labelled["folder"] / row["file_name"]), row) for row in labelled["annotations"]]
    found = [(ids_of(division / "panoptic" / row["file_name"]), row) for row in written]

    assert len(truth) == len(found) == 100
    assert 1.0 == panoptic_quality(truth, found)


def test_hotcoco_finds_the_panoptic_labels_perfect_too(labelled: Json, division: Path, tmp_path: Path) -> None:
    whole = json.loads((division / "panoptic.json").read_text())
    order = [row["image_id"] for row in labelled["annotations"]]
    for key in ("annotations", "images"):
        for row in whole[key]:
            field = "image_id" if key == "annotations" else "id"
            row[field] = order[row[field] - 1]
    (tmp_path / "found.json").write_text(json.dumps(whole))
    truth = labelled["folder"].with_suffix(".json")

    scores = panoptic.pq_compute(
        str(truth), str(tmp_path / "found.json"), str(labelled["folder"]), str(division / "panoptic")
    )

    assert (1.0, 1.0, 1.0) == tuple(scores[part]["pq"] for part in ("All", "Things", "Stuff"))
    categories = {row["id"]: row["isthing"] for row in whole["categories"]}
    seen = {one["category_id"] for row in whole["annotations"] for one in row["segments_info"]}
    assert {each["id"]: each["isthing"] for each in labelled["categories"] if each["id"] in seen} == {
        key: thing for key, thing in categories.items() if key in seen
    }
