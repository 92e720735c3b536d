"""Tests of cards read from what Ultralytics writes into its exports."""

from pathlib import Path
from typing import Any

import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.metadata import card_of
from askance.edge.detect.package import ModelCard, Task, sha256_of
from askance.edge.detect.session import Port
from askance.errors import ModelError

SAID = {
    "names": "{0: 'person', 1: 'car'}",
    "stride": "32",
    "task": "detect",
    "imgsz": "[320, 320]",
    "channels": "3",
    "end2end": "False",
    "license": "AGPL-3.0 License (https://ultralytics.com/license)",
    "description": "Ultralytics YOLO11n model ",
}
IMAGE = (1, 3, 320, 320)


def read(
    folder: Path,
    *outputs: tuple[int | None, ...],
    image: tuple[int | None, ...] = IMAGE,
    without: str | None = None,
    **said: str,
) -> ModelCard | None:
    file = folder / "Yolo11n seg_INT8.onnx" if without == "a plain name" else folder / "Yolo11n-seg_INT8.onnx"
    file.write_bytes(b"not read")
    ports = tuple(Port(f"output{index}", shape, "tensor(float)") for index, shape in enumerate(outputs))
    metadata = {key: value for key, value in (SAID | said).items() if key != without}
    return card_of(file, metadata, inputs=(Port("images", image, "tensor(float)"),), outputs=ports)


def test_a_card_says_what_the_file_says(tmp_path: Path) -> None:
    card = read(tmp_path, (1, 6, 2100))
    assert card is not None
    assert ("yolo11n-seg-int8", "Yolo11n-seg_INT8.onnx", "AGPL-3.0") == (card.name, card.file, card.licence)
    assert sha256_of(tmp_path / card.file) == card.sha256
    assert card.sha256.startswith(card.version)
    assert ("person", "car") == card.classes
    assert ("letterbox", "centre", 114, "rgb", 1 / 255) == (
        card.input.resize,
        card.input.place,
        card.input.pad,
        card.input.colour,
        card.input.scale,
    )
    assert IMAGE == card.input.shape
    assert "Ultralytics YOLO11n model, by the file's own metadata" == card.source


SEGMENT = {"prototypes": "output1", "coefficients": 32}
POSE = {"keypoints": 17, "keypoint_values": 3}
V5: dict[str, str] = {"without": "task"}


@pytest.mark.parametrize(
    ("said", "outputs", "task", "family", "parameters"),
    [
        pytest.param({}, [(1, 6, 2100)], Task.DETECT, "ultralytics", {}, id="v8, 11"),
        pytest.param({}, [(None, None, None)], Task.DETECT, "ultralytics", {}, id="open sizes"),
        pytest.param(
            {"task": "segment"}, [(1, 38, 2100), (1, 32, 80, 80)], Task.SEGMENT, "ultralytics", SEGMENT, id="masks"
        ),
        pytest.param(
            {"task": "segment"},
            [(None, 38, None), (None, None, None, None)],
            Task.SEGMENT,
            "ultralytics",
            SEGMENT,
            id="masks of open sizes",
        ),
        pytest.param(
            {"task": "pose", "kpt_shape": "[17, 3]"},
            [(1, 57, 2100)],
            Task.KEYPOINTS,
            "ultralytics",
            POSE,
            id="keypoints",
        ),
        pytest.param({"task": "obb"}, [(1, 7, 2100)], Task.ROTATED, "ultralytics", {"rotated": True}, id="turned"),
        pytest.param(
            {"task": "classify"}, [(1, 2)], Task.CLASSIFY, "classifier", {"kind": "probabilities"}, id="classes"
        ),
        pytest.param({"end2end": "True"}, [(1, 300, 6)], Task.DETECT, "end_to_end", {"order": "xyxy"}, id="v10, 26"),
        pytest.param({}, [(1, 300, 6)], Task.DETECT, "end_to_end", {"order": "xyxy"}, id="suppressed in the graph"),
        pytest.param(
            {"end2end": "True", "task": "obb"},
            [(1, 300, 7)],
            Task.ROTATED,
            "end_to_end",
            {"order": "cxcywh", "rotated": True},
            id="26, turned",
        ),
        pytest.param(
            {"end2end": "True", "task": "segment"},
            [(1, 300, 38), (1, 32, 80, 80)],
            Task.SEGMENT,
            "end_to_end",
            {"order": "xyxy", **SEGMENT},
            id="26, masks",
        ),
        pytest.param(V5, [(1, 6300, 7)], Task.DETECT, "ultralytics", {"objectness": True}, id="v5"),
        pytest.param(
            V5,
            [(1, 6300, 39), (1, 32, 80, 80)],
            Task.SEGMENT,
            "ultralytics",
            {"objectness": True, **SEGMENT},
            id="v5, masks",
        ),
        pytest.param(
            {"head": "RTDETRDecoder"},
            [(1, 300, 6)],
            Task.DETECT,
            "end_to_end",
            {"order": "cxcywh", "units": "shares"},
            id="RT-DETR",
        ),
        pytest.param(
            {"description": "Ultralytics rtdetr-l model", "names": "{0: 'a', 1: 'b', 2: 'c'}"},
            [(1, 300, 7)],
            Task.DETECT,
            "detr",
            {"activation": "none"},
            id="RT-DETR of old",
        ),
    ],
)
def test_task_and_shapes_tell_the_family(
    tmp_path: Path,
    said: dict[str, Any],
    outputs: list[tuple[int | None, ...]],
    task: Task,
    family: str,
    parameters: dict[str, object],
) -> None:
    card = read(tmp_path, *outputs, **said)
    assert card is not None
    assert (task, family) == (card.task, card.decoder.family)
    named = {"boxes": "output0", "scores": "output0"} if family == "detr" else {"output": "output0"}
    assert named | parameters == dict(card.decoder.parameters)
    wanted = DECODERS[family](card).outputs
    for index, shape in enumerate(outputs):
        pairs = zip(wanted[f"output{index}"], shape, strict=True)
        assert all(None in pair or len(set(pair)) == 1 for pair in pairs)


def test_an_input_of_any_size_is_as_large_as_the_frame_needs(tmp_path: Path) -> None:
    card = read(tmp_path, (None, None, None), image=(None, 3, None, None), imgsz="[384, 640]")
    assert card is not None
    assert (640, 384, 32) == (card.input.width, card.input.height, card.input.stride)
    assert (1, 3, None, None) == card.input.shape


def test_one_size_counts_for_both_sides(tmp_path: Path) -> None:
    card = read(tmp_path, (None, None, None), image=(None, 3, None, None), imgsz="640")
    assert card is not None
    assert (640, 640) == (card.input.width, card.input.height)


def test_a_fixed_input_needs_no_size_in_the_metadata(tmp_path: Path) -> None:
    card = read(tmp_path, (1, 6, 2100), image=(1, 3, 256, 512), without="imgsz")
    assert card is not None
    assert (512, 256, None) == (card.input.width, card.input.height, card.input.stride)


@pytest.mark.parametrize(
    ("said", "output", "resize"),
    [
        pytest.param({"head": "RTDETRDecoder"}, (1, 300, 6), "stretch", id="RT-DETR"),
        pytest.param({"task": "classify"}, (1, 2), "crop", id="classifier"),
    ],
)
def test_transformers_and_classifiers_take_no_letterbox(
    tmp_path: Path, said: dict[str, Any], output: tuple[int, ...], resize: str
) -> None:
    card = read(tmp_path, output, image=(1, 3, None, None), **said)
    assert card is not None
    assert (resize, None, 0) == (card.input.resize, card.input.stride, card.input.pad)


@pytest.mark.parametrize("without", ["names", "stride"])
def test_another_maker_s_file_has_no_card(tmp_path: Path, without: str) -> None:
    assert read(tmp_path, (1, 6, 2100), without=without) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"names": "['person', 'car']"}, "names: expected a dict, got list", id="a list of names"),
        pytest.param({"names": "{1: 'person', 2: 'car'}"}, "names: expected classes 0 to n - 1", id="from one on"),
        pytest.param({"names": "{}"}, "names: expected classes 0 to n - 1", id="no class"),
        pytest.param({"names": "{[]: 1}"}, "names: no Python literal", id="a key that cannot be one"),
        pytest.param({"names": "__import__('os').system('true')"}, "names: no Python literal", id="a program"),
        pytest.param({"names": "{0: "}, "names: no Python literal", id="cut off"),
        pytest.param({"names": "(" * 5000}, "names: no Python literal", id="nested too deep"),
        pytest.param({"names": "-" * 100_000 + "1"}, "names: no Python literal", id="deep in another way"),
        pytest.param({"names": "'" + "a" * 300_000 + "'"}, "characters are too many", id="too long"),
        pytest.param({"names": "{0: '', 1: 'car'}"}, "classes", id="an empty name"),
        pytest.param({"names": "{0: 'a', 1: 'b', 2: 'c'}"}, "3 classes and task detect make 7 numbers, got 6", id="3"),
        pytest.param({"task": "depth"}, "task: expected one of detect, .* got depth", id="unknown task"),
        pytest.param({"task": "classify"}, "outputs: not those of task classify", id="no classes"),
        pytest.param({"task": "segment"}, "outputs: not those of task segment", id="no prototypes"),
        pytest.param({"task": "pose"}, "kpt_shape: missing", id="no shape of points"),
        pytest.param({"task": "pose", "kpt_shape": "[17, 3, 2]"}, "kpt_shape: expected one or two", id="three"),
        pytest.param({"task": "pose", "kpt_shape": "[17, 'x']"}, "kpt_shape: expected one or two", id="a word"),
        pytest.param({"task": "pose", "kpt_shape": "[17, 0]"}, "kpt_shape: expected one or two", id="none"),
        pytest.param({"channels": "4"}, "channels: expected 3, got 4", id="infrared"),
    ],
)
def test_what_is_wrong_is_named_with_the_next_step(tmp_path: Path, said: dict[str, Any], expected: str) -> None:
    with pytest.raises(ModelError, match=rf"Yolo11n-seg_INT8.onnx: its metadata is wrong: .*{expected}") as caught:
        read(tmp_path, (1, 6, 2100), **said)
    assert f"write a card: askance models inspect {tmp_path / 'Yolo11n-seg_INT8.onnx'}" == caught.value.hint


@pytest.mark.parametrize(
    ("image", "without", "expected"),
    [
        pytest.param((1, 3, None, None), "imgsz", "imgsz: missing", id="any size and none said"),
        pytest.param((1, 1, 320, 320), None, "input: expected one of shape", id="grey"),
        pytest.param((1, 3 * 320 * 320), None, "input: expected one of shape", id="flat"),
        pytest.param((1, 3, 5000, 320), None, "input", id="larger than a card may say"),
        pytest.param(IMAGE, "a plain name", "file: ", id="a file name that no card may have"),
    ],
)
def test_an_input_that_no_card_describes_is_refused(
    tmp_path: Path, image: tuple[int | None, ...], without: str | None, expected: str
) -> None:
    with pytest.raises(ModelError, match=expected):
        read(tmp_path, (1, 6, 2100), image=image, without=without)


def test_a_model_of_old_whose_scores_are_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="make 7 numbers, got 9"):
        read(tmp_path, (1, 6300, 9), without="task")
