"""A manifest is complete, consistent in itself, and refuses what it must understand and does not."""

import json
from typing import Any

import pytest

from askance.errors import WireError
from askance.wire.capture import Arm, ClockQuality, Manifest, Priority, Role
from askance.wire.codec import load_json
from support_wire import BOX, REASON, TAG, manifest, manifest_json


def part(key: str, **changes: object) -> dict[str, Any]:
    """One part of the manifest with changes, as a change of the whole."""
    return {key: manifest_json()[key] | changes}


def without(path: str) -> dict[str, Any]:
    """The manifest without one key, e.g. ``taken.clock``."""
    whole = manifest_json()
    *outer, last = path.split(".")
    inner = whole
    for key in outer:
        inner = inner[key]
    del inner[last]
    return whole


def test_what_is_said_is_read() -> None:
    read = manifest()

    assert (Arm.RANDOM, Role.CONTEXT, Priority.DOUBTFUL) == (read.arm, read.role, read.priority)
    assert ClockQuality.NTP is read.taken.clock
    assert ("person", "night") == tuple(annotation.label for annotation in read.annotations)
    assert {"person": 0.4} == read.model.report_by_label


def test_looked_and_found_nothing_is_a_manifest_too() -> None:
    assert () == manifest(annotations=[], reasons=[REASON | {"objects": []}]).annotations


@pytest.mark.parametrize(
    "path",
    [
        "must",
        "v",
        "pose",
        "inclusion_probability",
        "priority",
        "group",
        "role",
        "offset_s",
        "taken.wall_ms",
        "image.privacy",
        "image.dhash",
        "model.quantization",
        "model.report_by_label",
    ],
)
def test_what_may_be_unknown_may_be_left_out(path: str) -> None:
    read = load_json(Manifest, json.dumps(without(path)).encode())

    assert read.frame_id == "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.mark.parametrize(
    "path", ["frame_id", "device", "camera", "taken", "taken.clock", "image.width", "model.sha256", "arm"]
)
def test_what_has_to_be_known_may_not_be_left_out(path: str) -> None:
    with pytest.raises(WireError, match=f"{path}: Field required"):
        load_json(Manifest, json.dumps(without(path)).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": "1"},
        {"frame_id": "01arz3ndektsv4rrffq69g5fav"},
        {"device": "No Device"},
        {"camera": ""},
        {"pose": "x" * 65},
        {"annotations": [TAG] * 501},
        {"annotations": None},
        {"annotations": {}},
        {"reasons": []},
        {"reasons": [REASON] * 33},
        {"must": ["v"] * 17},
        {"arm": "leg"},
        {"inclusion_probability": 0},
        {"inclusion_probability": 1.01},
        {"value": -0.1},
        {"value": float(10**308) * 10},
        {"priority": 4},
        {"role": "extra"},
        {"group": "x" * 65},
        {"taken": None},
        {"taken": []},
        part("taken", boot_id=""),
        part("taken", boot_id="x" * 65),
        part("taken", seq=-1),
        part("taken", seq=2**63),
        part("taken", monotonic_ns=-1),
        part("taken", monotonic_ns=2**63),
        part("taken", wall_ms=-1),
        part("taken", wall_ms=2**63),
        part("taken", clock="sundial"),
        part("image", width=0),
        part("image", height=65536),
        part("image", dhash="0123456789ABCDEF"),
        part("model", sha256="ab"),
        part("model", floor=1.1),
        part("model", report=-0.1),
        part("model", report_by_label={"person": 2}),
        part("model", report_by_label={"": 0.5}),
        part("model", report_by_label={str(index): 0.5 for index in range(201)}),
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_value_out_of_bounds_is_refused_with_its_place(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        manifest(**changes)

    assert "schema" == caught.value.code
    assert caught.value.permanent


@pytest.mark.parametrize(
    "changes",
    [
        {"annotations": [TAG] * 500, "reasons": [REASON] * 32},
        {"inclusion_probability": 1},
        {"value": 0},
        {"priority": 0},
        part("taken", seq=0, monotonic_ns=2**63 - 1, wall_ms=0),
        part("image", width=65535, height=65535),
        part("model", report_by_label={str(index): 0.5 for index in range(200)}),
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_value_at_its_bound_is_read(changes: dict[str, Any]) -> None:
    assert "camera-1" == manifest(**changes).device


def test_a_key_that_must_be_understood_and_is_not_is_refused_by_name() -> None:
    assert manifest(must=["annotations", "arm"]).must == ("annotations", "arm")

    with pytest.raises(WireError, match="must be understood and are not: masks, polygons"):
        manifest(must=["polygons", "arm", "masks"])


@pytest.mark.parametrize(
    "changes", [{"x": -1}, {"y": 470}, {"x": 620}, {"width": 640}, {"x": 1e308, "width": 1e308}], ids=str
)
def test_a_box_outside_the_image_is_refused_with_its_index(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError, match="annotation 1 lies outside the image"):
        manifest(annotations=[TAG, BOX | changes], reasons=[REASON])


@pytest.mark.parametrize("objects", [[2], [0, 2], [-1]], ids=str)
def test_a_reason_about_an_annotation_that_is_not_there_is_refused(objects: list[int]) -> None:
    with pytest.raises(WireError, match="rule unsure points at an annotation that is not there"):
        manifest(reasons=[REASON | {"objects": objects}])


def companion(name: str) -> dict[str, Any]:
    return {**manifest_json()["model"], "name": name}


def test_an_annotation_is_of_the_main_model_or_of_a_companion() -> None:
    read = manifest(companions=[companion("faces")], annotations=[BOX, BOX | {"model": "faces"}])

    assert [None, "faces"] == [annotation.model for annotation in read.annotations]
    assert manifest().companions is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"companions": []}, "companions", id="an empty list is null"),
        pytest.param({"companions": [companion(str(number)) for number in range(9)]}, "companions", id="nine"),
        pytest.param({"companions": [companion("ssdlite")]}, "two models have the same name", id="the main one"),
        pytest.param({"companions": [companion("a")] * 2}, "two models have the same name", id="twice"),
        pytest.param({"annotations": [BOX | {"model": "a"}]}, "a model that did not look: a", id="nobody looked"),
        pytest.param(
            {"companions": [companion("a")], "annotations": [TAG, BOX | {"model": "b"}]},
            "annotation 1 is of a model that did not look: b",
            id="somebody else looked",
        ),
    ],
)
def test_models_that_do_not_agree_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(WireError, match=says):
        manifest(**changes)
