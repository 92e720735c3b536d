"""COCO instances that pycocotools reads, and that are right when scored against themselves."""

import json
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import TypeAdapter

from askance.central.export import coco
from askance.central.lifecycle import State
from askance.central.tasks import Task, TaskId
from askance.errors import ConfigError
from askance.labels import Label, LabelId, Skeleton
from askance.wire.annotations import Annotation, Box, Origin, Tag
from askance.wire.capture import Arm
from askance.wire.identity import Sha256
from support_central import HINT, PERSON, REASON, make_jpeg, make_manifest
from support_coco import average_precision
from support_wire import kinds_in

LABELS = [
    Label(id=LabelId(1), name="person", skeleton=Skeleton(keypoints=("head", "foot"), edges=(("head", "foot"),))),
    Label(id=LabelId(2), name="bicycle", attributes={"rider": ("yes", "no")}),
    *(Label(id=LabelId(n), name=name) for n, name in ((3, "car"), (7, "night"))),
]
ANNOTATION = TypeAdapter[Annotation](Annotation)
ALL = tuple(ANNOTATION.validate_python(kind | {"model": None}) for kind in kinds_in(width=64, height=48).values())
DRAWN = Box(label_id=2, label="bicycle", origin=Origin.HUMAN, x=1, y=2, width=3, height=4)


def make_task(
    number: int = 1,
    *,
    annotations: tuple[Annotation, ...] = (PERSON, HINT),
    answer: tuple[Annotation, ...] | None = None,
) -> Task:
    reasons = (REASON.model_copy(update={"objects": ()}),)
    return Task(
        id=TaskId(number),
        state=State.OPEN if answer is None else State.DONE,
        manifest=make_manifest(number, annotations=annotations, reasons=reasons, arm=Arm.RANDOM),
        sha256=Sha256("cd" * 32),
        received_at=0.0,
        labeler=None if answer is None else "ana",
        lease_until=None,
        expired=0,
        seconds=None,
        skip_reason=None,
        answer=answer,
    )


def coco_of(tasks: list[Task], *, suggested: bool = False) -> dict[str, Any]:
    """What an export of tasks says."""
    with TemporaryDirectory() as folder:
        coco.write(Path(folder), tasks, labels=LABELS, suggested=suggested, jpeg=lambda _: b"")
        written: dict[str, Any] = json.loads((Path(folder) / coco.ANNOTATIONS).read_text())
    return written


def test_a_claim_becomes_an_instance_with_its_score() -> None:
    written = coco_of([make_task()])

    row = written["annotations"][0]
    assert [4.0, 3.0, 20.0, 30.0] == row["bbox"]
    assert (1, 1, 1, 600.0, 0, 0.62, False, 0) == tuple(
        row[key] for key in ("id", "image_id", "category_id", "area", "iscrowd", "score", "suggested", "index")
    )
    assert 1 == len(written["annotations"])


def test_hints_are_in_when_asked_for_and_marked_and_keep_their_place() -> None:
    rows = coco_of([make_task(annotations=(HINT, PERSON))], suggested=True)["annotations"]
    without = coco_of([make_task(annotations=(HINT, PERSON))])["annotations"]

    assert [(True, 0), (False, 1)] == [(row["suggested"], row["index"]) for row in rows]
    assert [1] == [row["index"] for row in without]


def test_a_labelers_answer_wins_and_the_devices_words_are_kept_beside() -> None:
    written = coco_of([make_task(answer=(DRAWN,)), make_task(2)])

    assert [(1, 2), (2, 1)] == [(row["image_id"], row["category_id"]) for row in written["annotations"]]
    assert [(1, 1)] == [(row["image_id"], row["category_id"]) for row in written["pre_annotations"]]
    assert (None, "human") == (written["annotations"][0]["score"], written["annotations"][0]["origin"])


def test_an_image_says_where_it_came_from_and_why() -> None:
    image = coco_of([make_task()])["images"][0]

    assert ("camera-1", "gate", "random", "trigger", 0.01, 0.5) == tuple(
        image[key] for key in ("device", "camera", "arm", "role", "inclusion_probability", "value")
    )
    assert "car 0.12" == image["reasons"][0]["text"]
    assert "2023-11-14T22:13:20.000+00:00" == image["date_captured"]


def test_a_tag_belongs_to_the_image() -> None:
    written = coco_of([make_task(annotations=(Tag(label_id=3, label="car", score=0.7),))])

    assert [] == written["annotations"]
    assert [(3, 0.7)] == [(tag["category_id"], tag["score"]) for tag in written["images"][0]["tags"]]


def test_a_rotated_box_is_written_as_the_upright_one_around_it() -> None:
    box = Box(label_id=1, label="person", x=10, y=20, width=8, height=4, rotation=90)

    row = coco_of([make_task(annotations=(box,))])["annotations"][0]

    assert pytest.approx([12, 18, 4, 8]) == row["bbox"]
    assert ([10, 20, 8, 4, 90], 32) == (row["rotated"], row["area"])


def test_a_category_has_the_skeleton_with_places_from_one_and_the_attributes() -> None:
    person, bicycle, car, _ = coco_of([])["categories"]

    assert (["head", "foot"], [[1, 2]]) == (person["keypoints"], person["skeleton"])
    assert {"rider": ["yes", "no"]} == bicycle["attributes"]
    assert {"id", "name", "supercategory"} == set(car)


def test_every_kind_has_its_place_in_an_export(tmp_path: Path) -> None:
    coco.write(tmp_path, [make_task(annotations=ALL)], labels=LABELS, suggested=True, jpeg=lambda _: b"")

    written = json.loads((tmp_path / coco.ANNOTATIONS).read_text())
    division = json.loads((tmp_path / "panoptic.json").read_text())
    kinds = [row["kind"] for row in written["annotations"]]
    assert ["box", "box", "polygon", "mask", "mask", "keypoints", "cuboid"] == kinds
    assert [7] == [tag["category_id"] for tag in written["images"][0]["tags"]]
    assert [(1, [6])] == [
        (row["image_id"], [one["index"] for one in row["segments_info"]]) for row in division["annotations"]
    ]
    assert ["camera-1_01HF7YAT010000000000000001.png"] == [one.name for one in (tmp_path / "panoptic").iterdir()]


def test_what_a_labeler_replaced_is_kept_beside_tags_and_segments_too(tmp_path: Path) -> None:
    task = make_task(annotations=ALL, answer=(DRAWN,))

    coco.write(tmp_path, [task], labels=LABELS, suggested=True, jpeg=lambda _: b"")

    written = json.loads((tmp_path / coco.ANNOTATIONS).read_text())
    assert {"box", "polygon", "mask", "segment", "keypoints", "cuboid"} == {
        row["kind"] for row in written["pre_annotations"]
    }
    assert ([], [7]) == (written["images"][0]["tags"], [tag["category_id"] for tag in written["images"][0]["pre_tags"]])
    assert not (tmp_path / "panoptic.json").exists()


def test_an_export_takes_nothing_of_an_earlier_ones_segments_over(tmp_path: Path) -> None:
    coco.write(tmp_path, [make_task(annotations=ALL)], labels=LABELS, suggested=True, jpeg=lambda _: b"")
    coco.write(tmp_path, [make_task(annotations=(PERSON,))], labels=LABELS, suggested=True, jpeg=lambda _: b"")

    assert not (tmp_path / "panoptic.json").exists()
    assert [] == list((tmp_path / "panoptic").iterdir())


def test_companions_are_named() -> None:
    task = make_task()
    companion = task.manifest.model.model_copy(update={"name": "faces"})
    manifest = task.manifest.model_copy(update={"companions": (companion,)})

    assert ["faces"] == [one["name"] for one in coco_of([replace(task, manifest=manifest)])["images"][0]["companions"]]


@pytest.mark.parametrize(("label_id", "label"), [(9, "kite"), (1, "people")], ids=["unknown-id", "another-name"])
def test_a_label_that_the_map_has_not_is_refused(label_id: int, label: str) -> None:
    box = PERSON.model_copy(update={"label_id": label_id, "label": label})

    with pytest.raises(ConfigError, match=f"under this id: {label_id} {label}"):
        coco_of([make_task(annotations=(box,))])


def test_a_folder_has_the_images_and_the_annotations(tmp_path: Path) -> None:
    coco.write(tmp_path / "out", [make_task()], labels=LABELS, suggested=False, jpeg=lambda _: make_jpeg())

    written = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert coco_of([make_task()]) == written
    assert make_jpeg() == (tmp_path / "out" / "images" / written["images"][0]["file_name"]).read_bytes()


def test_an_export_that_fails_leaves_no_annotations_of_an_earlier_one(tmp_path: Path) -> None:
    coco.write(tmp_path, [make_task()], labels=LABELS, suggested=False, jpeg=lambda _: make_jpeg())

    with pytest.raises(ConfigError):
        coco.write(tmp_path, [make_task()], labels=LABELS[2:], suggested=False, jpeg=lambda _: make_jpeg())

    assert not (tmp_path / "annotations.json").exists()


def crowd(number: int, boxes: int, chance: random.Random) -> Task:
    """A frame of so many boxes of several classes, as a detector gives them: best first, the weak ones suggested."""
    scores = sorted((round(chance.uniform(0.05, 0.99), 6) for _ in range(boxes)), reverse=True)
    shown = tuple(
        Box(
            label_id=label.id,
            label=label.name,
            score=score,
            suggested=score < 0.5,
            x=round(chance.uniform(0, 500), 2),
            y=round(chance.uniform(0, 380), 2),
            width=round(chance.uniform(4, 140), 2),
            height=round(chance.uniform(4, 100), 2),
        )
        for score, label in zip(scores, chance.choices(LABELS, k=boxes), strict=True)
    )
    task = make_task(number, annotations=())
    reasons = (REASON.model_copy(update={"objects": ()}),)
    return replace(task, manifest=make_manifest(number, annotations=shown, reasons=reasons, size=(640, 480)))


def own_precision(folder: Path, *, most: int = 100) -> float:
    """Score an export against its own rows."""
    path = folder / coco.ANNOTATIONS
    return average_precision(path, json.loads(path.read_text())["annotations"], most=most)


@pytest.mark.parametrize("suggested", [False, True], ids=["claims", "with-hints"])
def test_an_export_scored_against_itself_is_perfect(tmp_path: Path, *, suggested: bool) -> None:
    chance = random.Random(5)  # noqa: S311 (made-up boxes)
    tasks = [crowd(number, chance.randint(0, 60), chance) for number in range(1, 25)]

    coco.write(tmp_path, tasks, labels=LABELS, suggested=suggested, jpeg=lambda _: make_jpeg())

    assert pytest.approx(1.0) == own_precision(tmp_path)


def test_more_than_a_hundred_of_one_class_only_count_when_the_scorer_takes_them(tmp_path: Path) -> None:
    """COCO's own limit is 100 detections of a class in an image; an export with every hint can exceed it."""
    task = crowd(1, 450, random.Random(1))  # noqa: S311 (made-up boxes)

    coco.write(tmp_path, [task], labels=LABELS, suggested=True, jpeg=lambda _: make_jpeg())

    assert own_precision(tmp_path) < 1.0
    assert pytest.approx(1.0) == own_precision(tmp_path, most=500)
