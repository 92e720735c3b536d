"""Tests of labels beside photos."""

import json
from pathlib import Path

import pytest

from askance.edge.detect.package import ModelCard, load_package
from askance.errors import SourceError
from askance.models.truth import find_labels, read_truth
from support_models import silent, write_package

PHOTO = Path("a.jpg")


@pytest.fixture
def card(tmp_path: Path) -> ModelCard:
    return load_package(write_package(tmp_path / "tiny", silent())).card


def test_a_yolo_class_counts_the_named_columns(tmp_path: Path, card: ModelCard) -> None:
    (tmp_path / "a.txt").write_text("1 0.5 0.5 0.2 0.4\n\n0 0.1 0.1 0.2 0.2 0.9\n")
    objects = read_truth(tmp_path, {PHOTO: (100, 50)}, card=card)[PHOTO]
    assert [2, 1] == objects.columns.tolist()
    assert pytest.approx([40, 15, 60, 35]) == objects.boxes[0]


def test_a_photo_without_a_label_file_has_no_objects(tmp_path: Path, card: ModelCard) -> None:
    assert (0, 4) == read_truth(tmp_path, {PHOTO: (100, 50)}, card=card)[PHOTO].boxes.shape


def test_a_coco_file_goes_by_names_and_leaves_crowds_out(tmp_path: Path, card: ModelCard) -> None:
    kinds = [{"id": 7, "name": "Car"}, {"id": 8, "name": "unicorn"}]
    boxes = [
        {"category_id": 7, "image_id": 1, "bbox": [1, 2, 3, 4]},
        {"category_id": 8, "image_id": 1, "bbox": [0] * 4},
    ]
    crowd = {"category_id": 7, "image_id": 1, "bbox": [0, 0, 9, 9], "iscrowd": 1}
    document = {"images": [{"id": 1, "file_name": "x/a.jpg"}], "categories": kinds, "annotations": [*boxes, crowd]}
    (tmp_path / "labels.json").write_text(json.dumps(document))
    objects = read_truth(tmp_path / "labels.json", {PHOTO: (9, 9), Path("b.jpg"): (9, 9)}, card=card)
    assert ([2], [[1, 2, 4, 6]]) == (objects[PHOTO].columns.tolist(), objects[PHOTO].boxes.tolist())
    assert 0 == len(objects[Path("b.jpg")].columns)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"images": 1, "categories": 2, "annotations": []}'])
def test_another_file_is_refused_in_words(tmp_path: Path, card: ModelCard, text: str) -> None:
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(SourceError, match="not a folder of YOLO labels, nor a COCO file") as caught:
        read_truth(tmp_path / "labels.json", {PHOTO: (9, 9)}, card=card)
    assert "--labels" in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["person 0 0 1 1", "2 0.5 0.5 1 1", "1 2 3"])
def test_labels_that_the_card_does_not_know_are_refused(tmp_path: Path, card: ModelCard, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(SourceError, match="not a folder of YOLO labels"):
        read_truth(tmp_path, {PHOTO: (9, 9)}, card=card)


def test_labels_are_found_beside_the_photos_or_below_labels(tmp_path: Path) -> None:
    images, labels = tmp_path / "set/images/val", tmp_path / "set/labels/val"
    for folder in (images, labels):
        folder.mkdir(parents=True)
    assert find_labels([images / "a.jpg"]) is None
    (labels / "a.txt").write_text("")
    assert labels == find_labels([images / "a.jpg"])
    (images / "a.txt").write_text("")
    assert images == find_labels([images / "a.jpg"])
