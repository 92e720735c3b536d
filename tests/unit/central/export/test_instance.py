"""Each kind as a COCO row."""

import math

import pytest
from pydantic import TypeAdapter

from askance.central.export.instance import Json, instance, provenance
from askance.labels import Label, LabelId, Skeleton
from askance.wire.annotations import Annotation, Placed
from support_coco import area_of
from support_wire import KINDS, kinds_in

ANNOTATION = TypeAdapter[Annotation](Annotation)
PERSON = Label(id=LabelId(1), name="person")
POSED = PERSON.model_copy(update={"skeleton": Skeleton(keypoints=("head", "foot"), edges=(("head", "foot"),))})


def row(kind: str, label: Label = PERSON, **changes: object) -> Json:
    annotation = ANNOTATION.validate_python(KINDS[kind] | changes)
    assert isinstance(annotation, Placed)
    return instance(annotation, label, size=(16, 8))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"tag", "turned"}])
def test_every_row_has_the_upright_rectangle_an_area_and_its_kind(kind: str) -> None:
    written = row(kind)

    assert [1.0, 2.0, 6.0, 4.5] == written["bbox"]
    assert KINDS[kind]["kind"] == written["kind"]
    assert written["area"] > 0


def test_a_plain_box_has_no_outline_that_nobody_drew() -> None:
    assert {"category_id", "bbox", "area", "iscrowd", "kind"} == set(row("box"))


def test_a_rotated_box_has_its_corners_and_the_upright_rectangle_around_them() -> None:
    written = row("turned", rotation=90)

    assert [1.0, 2.0, 6.0, 4.5, 90.0] == written["rotated"]
    assert pytest.approx([1.75, 1.25, 4.5, 6.0]) == written["bbox"]
    (ring,) = written["segmentation"]
    assert pytest.approx([6.25, 1.25, 6.25, 7.25, 1.75, 7.25, 1.75, 1.25]) == ring
    assert 27.0 == written["area"]


def test_a_polygon_has_its_rings_and_the_area_of_its_pixels() -> None:
    written = row("polygon", rings=[[1, 2, 7, 2, 7, 6, 1, 6], [2, 3, 8, 3, 8, 7, 2, 7]])

    assert [[1, 2, 7, 2, 7, 6, 1, 6], [2, 3, 8, 3, 8, 7, 2, 7]] == written["segmentation"]
    assert 24 + 24 - 15 == written["area"]


@pytest.mark.parametrize(("kind", "crowd"), [("mask", 0), ("semantic", 1), ("segment", 0)])
def test_pixels_are_run_lengths_and_all_of_a_class_are_a_crowd(kind: str, crowd: int) -> None:
    written = row(kind)

    assert {"size": [8, 16], "counts": KINDS[kind]["counts"]} == written["segmentation"]
    assert (30, crowd) == (written["area"], written["iscrowd"])
    assert 30 == area_of(written["segmentation"])


def test_a_coarser_grid_is_written_out_at_the_size_of_the_image() -> None:
    annotation = ANNOTATION.validate_python(kinds_in(width=64, height=48)["mask"])
    assert isinstance(annotation, Placed)

    written = instance(annotation, PERSON, size=(64, 48))

    assert ([48, 64], 30 * 4 * 6) == (written["segmentation"]["size"], written["area"])
    assert written["area"] == area_of(written["segmentation"])


def test_a_segment_says_whether_it_is_a_thing() -> None:
    assert (1, 0) == (row("segment")["isthing"], row("segment", thing=False)["isthing"])


def test_a_keypoint_is_visible_when_a_person_set_it_or_the_model_is_sure_and_else_a_guess() -> None:
    written = row("keypoints", POSED, points=[[1, 2, 0.5], [3, 4, 0.49]])
    drawn = row("keypoints", POSED, points=[[1, 2, None], [3, 4, 1]])

    assert ([1, 2, 2, 3, 4, 1], 2, [0.5, 0.49]) == tuple(
        written[key] for key in ("keypoints", "num_keypoints", "keypoint_scores")
    )
    assert [2, 2] == drawn["keypoints"][2::3]


def test_every_row_of_a_label_with_a_skeleton_has_keypoints_marked_or_not() -> None:
    written = row("mask", POSED)

    assert ([0] * 6, 0) == (written["keypoints"], written["num_keypoints"])


def test_a_cuboid_has_its_points_and_pose() -> None:
    written = row("cuboid")

    assert (9, 4.0) == (len(written["cuboid"]["points"]), written["cuboid"]["points"][0][0])
    assert 12 == math.floor(written["cuboid"]["pose"]["translation"][2])
    assert row("cuboid", pose=None)["cuboid"]["pose"] is None


def test_the_model_is_named_where_it_was_a_companion() -> None:
    assert "roads" == provenance(ANNOTATION.validate_python(KINDS["semantic"]))["model"]
    assert "model" not in provenance(ANNOTATION.validate_python(KINDS["mask"]))
