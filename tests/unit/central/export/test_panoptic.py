"""Images divided into segments as PNG and JSON."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.central.export import panoptic
from askance.central.export.panoptic import Division
from askance.central.export.series import growing
from askance.codecs.rle import encode
from askance.labels import Label, LabelId
from askance.wire.annotations import Annotation, Box, Segment
from support_coco import ids_of, panoptic_quality

LABELS = [Label(id=LabelId(n), name=name) for n, name in ((1, "person"), (40, "sky"), (41, "road"))]
IMAGE = {"id": 7, "file_name": "a.jpg", "width": 20, "height": 10, "device": "camera-1"}
BOX = Box(label_id=1, label="person", x=0, y=0, width=3, height=3)


def segment(label: int, mask: NDArray[np.bool_], *, thing: bool = False) -> Segment:
    return Segment(
        label_id=label, label="x", score=0.5, x=0, y=0, width=20, height=10, counts=encode(mask), thing=thing
    )


def written(folder: Path, *frames: tuple[Annotation, ...]) -> dict[str, Any]:
    """What a division of frames says."""
    with growing(folder) as images, growing(folder) as annotations:
        division = Division(folder, images=images, annotations=annotations)
        for number, shown in enumerate(frames, start=1):
            division.add(list(enumerate(shown)), image=IMAGE | {"id": number, "file_name": f"{number}.jpg"})
        said: dict[str, Any] = {"categories": division.categories(LABELS)}
        for name, series in (("images", images), ("annotations", annotations)):
            path = folder / name
            with path.open("w", encoding="utf-8") as file:
                series.write_to(file)
            said[name] = json.loads(path.read_text())
    return said


TOP = np.zeros((10, 20), np.bool_)
TOP[:4] = True
SOMEBODY = np.zeros((10, 20), np.bool_)
SOMEBODY[2:9, 5:8] = True


def test_a_pixel_has_the_id_of_the_last_segment_that_claims_it_and_black_is_nobodys(tmp_path: Path) -> None:
    said = written(tmp_path, (BOX, segment(40, TOP), segment(1, SOMEBODY, thing=True)))

    ids = ids_of(tmp_path / panoptic.FOLDER / "1.png")
    assert np.array_equal(np.where(SOMEBODY, 3, np.where(TOP, 2, 0)), ids)
    (row,) = said["annotations"]
    assert (1, "1.png") == (row["image_id"], row["file_name"])
    assert [(2, 40, 74, [0, 0, 20, 4], 0, 0), (3, 1, 21, [5, 2, 3, 7], 0, 1)] == [
        tuple(one[key] for key in ("id", "category_id", "area", "bbox", "iscrowd", "isthing"))
        for one in row["segments_info"]
    ]


def test_an_image_without_segments_is_not_there(tmp_path: Path) -> None:
    said = written(tmp_path, (BOX,), (segment(40, TOP),), ())

    assert ([2], [2]) == ([row["id"] for row in said["images"]], [row["image_id"] for row in said["annotations"]])
    assert ["2.png"] == [path.name for path in (tmp_path / panoptic.FOLDER).iterdir()]


def test_without_any_there_is_no_folder(tmp_path: Path) -> None:
    written(tmp_path, (BOX,))

    assert not (tmp_path / panoptic.FOLDER).exists()


def test_a_segment_that_is_wholly_covered_is_not_told(tmp_path: Path) -> None:
    said = written(tmp_path, (segment(1, SOMEBODY & TOP, thing=True), segment(40, TOP)))

    assert [40] == [one["category_id"] for one in said["annotations"][0]["segments_info"]]


def test_a_label_is_a_thing_unless_it_was_seen_as_stuff_alone(tmp_path: Path) -> None:
    frames = (segment(40, TOP), segment(1, SOMEBODY)), (segment(1, SOMEBODY, thing=True),)

    assert {1: 1, 40: 0, 41: 1} == {one["id"]: one["isthing"] for one in written(tmp_path, *frames)["categories"]}


@pytest.mark.parametrize("count", [3, 300])
def test_ids_beyond_a_byte_go_into_the_next_channel(tmp_path: Path, count: int) -> None:
    rows = np.arange(200).reshape(10, 20)
    parts = tuple(segment(40 + index % 2, rows % count == index) for index in range(count))

    said = written(tmp_path, (*[BOX] * 250, *parts))

    ids = ids_of(tmp_path / panoptic.FOLDER / "1.png")
    assert np.array_equal(rows % count + 251, ids)
    assert pytest.approx(1.0) == panoptic_quality([(ids, said["annotations"][0])], [(ids, said["annotations"][0])])
