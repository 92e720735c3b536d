"""Tests of labels beside photos."""

import json
from pathlib import Path

import pytest

from askance.edge.detect.package import ModelCard, load_package
from askance.errors import SourceError
from askance.labels import LabelMap
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
    assert [1, 2] == objects.judged.tolist(), "all that have a name"


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
    assert [2] == objects[PHOTO].judged.tolist(), "nobody has looked for persons"
    assert Path("b.jpg") not in objects, "the file does not list it: nobody has said that it is empty"


def listing(file: Path, *names: str) -> Path:
    """A COCO file of these photos, of which the n-th has n cars, counted from 0."""
    images = [{"id": number, "file_name": name} for number, name in enumerate(names)]
    rows = [{"category_id": 7, "image_id": n, "bbox": [1, 2, 3, 4]} for n in range(len(names)) for _ in range(n)]
    file.write_text(json.dumps({"images": images, "categories": [{"id": 7, "name": "car"}], "annotations": rows}))
    return file


def test_photos_of_one_name_are_told_apart_by_their_folders(tmp_path: Path, card: ModelCard) -> None:
    file = listing(tmp_path / "labels.json", "b/0001.jpg", "a/0001.jpg", "x/b/0001.jpg", "elsewhere/0002.jpg")
    photos = [tmp_path / "images" / name for name in ("a/0001.jpg", "b/0001.jpg", "a/0002.jpg", "x/b/0001.jpg")]

    truth = read_truth(file, dict.fromkeys(photos, (9, 9)), card=card)

    assert [1, 0, 3, 2] == [len(truth[photo].columns) for photo in photos]


def test_a_photo_in_the_current_folder_is_told_apart_by_that(
    tmp_path: Path, card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = listing(tmp_path / "labels.json", "a/0001.jpg", "b/0001.jpg")
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    assert 1 == len(read_truth(file, {Path("0001.jpg"): (9, 9)}, card=card)[Path("0001.jpg")].columns)


@pytest.mark.parametrize(
    ("names", "photos", "said"),
    [
        (["a/1.jpg", "b/1.jpg"], ["c/1.jpg"], r"images\[0\] \(a/1.jpg\), images\[1\] \(b/1.jpg\) may be .*c/1.jpg"),
        (["1.jpg", "1.jpg"], ["1.jpg"], r"images\[0\] \(1.jpg\), images\[1\] \(1.jpg\) may be "),
        (["x.jpg", "1.jpg"], ["a/1.jpg", "b/1.jpg"], r"images\[1\] \(1.jpg\) may be .*a/1.jpg and .*b/1.jpg"),
    ],
)
def test_photos_that_nobody_can_tell_apart_are_refused(
    tmp_path: Path, card: ModelCard, names: list[str], photos: list[str], said: str
) -> None:
    file = listing(tmp_path / "labels.json", *names)
    with pytest.raises(SourceError, match=f"labels.json: nobody knows which photo is which: {said}") as caught:
        read_truth(file, {tmp_path / photo: (9, 9) for photo in photos}, card=card)
    assert "file_name" in (caught.value.hint or "")


def test_photos_whose_task_is_not_done_are_left_out_and_those_without_objects_are_not(
    tmp_path: Path, card: ModelCard
) -> None:
    states = ("done", "open", "leased", "skipped", "parked")
    images = [{"id": number, "file_name": f"{state}.jpg", "state": state} for number, state in enumerate(states)]
    (tmp_path / "labels.json").write_text(json.dumps({"images": images, "categories": [], "annotations": []}))
    photos = {Path(f"{state}.jpg"): (9, 9) for state in states}
    assert [Path("done.jpg")] == list(read_truth(tmp_path / "labels.json", photos, card=card))


def test_an_alias_of_the_label_map_is_the_same_class(tmp_path: Path, card: ModelCard, checkout: Path) -> None:
    document = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 5, "name": "pedestrian"}],
        "annotations": [{"category_id": 5, "image_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    (tmp_path / "labels.json").write_text(json.dumps(document))
    names = LabelMap.load(checkout / "config" / "labels.yaml")
    known, unknown = (
        read_truth(tmp_path / "labels.json", {PHOTO: (9, 9)}, card=card, names=each)[PHOTO].columns.tolist()
        for each in (names, None)
    )
    assert ([card.classes.index("person")], []) == (known, unknown)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "EOF"),
        ("{", "line 1"),
        ("{}", "images: Field required"),
        ("[]", "should be an object"),
        ('{"images": 1, "categories": [], "annotations": []}', "images: Input should be a valid"),
        (
            '{"images": [], "categories": [], "annotations": [{"image_id": 1, "category_id": 2}]}',
            r"annotations\[0\].bbox",
        ),
    ],
)
def test_another_file_is_refused_by_its_name_and_the_place_in_it(
    tmp_path: Path, card: ModelCard, text: str, said: str
) -> None:
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(SourceError, match=f"labels.json: not a COCO file: .*{said}") as caught:
        read_truth(tmp_path / "labels.json", {PHOTO: (9, 9)}, card=card)
    assert "--labels" in (caught.value.hint or "")
    with pytest.raises(SourceError, match="nowhere: cannot be read: No such file"):
        read_truth(tmp_path / "nowhere", {PHOTO: (9, 9)}, card=card)


@pytest.mark.parametrize("key", ["image_id", "category_id"])
def test_a_row_of_nothing_is_refused(tmp_path: Path, card: ModelCard, key: str) -> None:
    row = {"image_id": 1, "category_id": 7, "bbox": [1, 2, 3, 4]}
    document = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 7, "name": "car"}],
        "annotations": [row, row | {key: 99}],
    }
    (tmp_path / "labels.json").write_text(json.dumps(document))
    with pytest.raises(SourceError, match=rf"annotations\[1\].{key}: nothing has this id: 99"):
        read_truth(tmp_path / "labels.json", {PHOTO: (9, 9)}, card=card)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("person 0 0 1 1", "in numbers"),
        ("2 0.5 0.5 1 1", "expected a class from 0 to 1"),
        ("-1 0.5 0.5 1 1", "expected a class from 0 to 1"),
        ("1 2 3", "got 3 words"),
        ("0 0.1 0.1 0.2 0.1 0.2 0.2", "got 7 words"),
        ("0 320 200 40 30", "shares of the photo"),
        ("0 nan 0.5 0.1 0.1", "shares of the photo"),
    ],
)
def test_a_broken_line_is_refused_by_file_and_line(tmp_path: Path, card: ModelCard, line: str, said: str) -> None:
    (tmp_path / "a.txt").write_text(f"0 0.5 0.5 1 1\n\n{line}\n")
    with pytest.raises(SourceError, match=rf"a\.txt:3: .*{said}.*: {line}") as caught:
        read_truth(tmp_path, {PHOTO: (9, 9)}, card=card)
    assert "CLASS X Y WIDTH HEIGHT" in (caught.value.hint or "")


def test_a_label_file_that_is_no_text_is_refused_by_its_name(tmp_path: Path, card: ModelCard) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe0")
    with pytest.raises(SourceError, match=r"a\.txt: cannot be read"):
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
