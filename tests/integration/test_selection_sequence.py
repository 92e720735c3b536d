"""The selection benchmark reads labelled sequences: in their order, from boxes, from masks."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from packages import find_package
from selecting.listing import Stamp
from selecting.sequence import read_sequence

from askance.labels import LabelMap
from support_models import convolutional, write_package


def test_a_sequence_is_a_coco_file_in_its_order(tmp_path: Path, labels: LabelMap) -> None:
    for name in ("b", "a"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.zeros((40, 60, 3), np.uint8))
    document = {
        "images": [{"id": 1, "file_name": "b.png"}, {"id": 2, "file_name": "a.png"}],
        "categories": [{"id": 7, "name": "car"}],
        "annotations": [{"id": 1, "image_id": 2, "category_id": 7, "bbox": [10, 5, 20, 30]}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(document))
    card = find_package(write_package(tmp_path / "tiny", convolutional()), assets=tmp_path).card

    truth, stamps = read_sequence(tmp_path / "coco.json", card=card, names=labels, fps=4.0)

    assert [Stamp("", 0), Stamp("", 250_000_000)] == stamps
    assert ["b", "a"] == [frame.stem for frame in truth]
    assert [[], [[10, 5, 30, 35]]] == [objects.boxes.tolist() for objects in truth.values()]


def test_a_sequence_is_a_folder_with_masks_of_classes_or_of_instances(tmp_path: Path, labels: LabelMap) -> None:
    card = find_package(write_package(tmp_path / "tiny", convolutional()), assets=tmp_path).card
    person, car = (card.classes.index(name) for name in ("person", "car"))
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    classes, instances = np.zeros((40, 60), np.uint8), np.zeros((40, 60), np.uint16)
    classes[5:15, 10:30] = classes[20:30, 10:30] = 13
    classes[2:4, 50:52] = 13  # a crumb
    classes[30:40, 40:60] = 99  # a class that nobody has named
    instances[5:15, 10:30] = instances[20:30, 10:30] = 24001  # one person behind a post
    for name, mask in (("1", classes), ("2", instances)):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.png"), np.zeros((40, 60, 3), np.uint8))
        cv2.imwrite(str(tmp_path / "masks" / f"{name}.png"), mask)
    (tmp_path / "classes.yaml").write_text("{13: car, 24: person, 7: road}")

    truth, stamps = read_sequence(tmp_path, card=card, names=labels, fps=4.0)
    one, other = truth.values()
    assert [0, 250_000_000] == [stamp.at_ns for stamp in stamps]

    assert ([car, car], [[10, 5, 30, 15], [10, 20, 30, 30]]) == (one.columns.tolist(), one.boxes.tolist())
    assert sorted([person, car]) == one.judged.tolist() == other.judged.tolist()
    assert ([person], [[10, 5, 30, 30]]) == (other.columns.tolist(), other.boxes.tolist())
    (tmp_path / "masks" / "2.png").unlink()
    with pytest.raises(SystemExit, match="no mask"):
        read_sequence(tmp_path, card=card, names=labels, fps=4.0)
