"""Tests of proposed cards."""

from pathlib import Path
from typing import Any

import onnx
import pytest
import yaml
from onnx import TensorProto, helper

from askance.edge.detect.model import Model
from askance.edge.detect.package import ModelCard, Package
from askance.errors import ModelError
from askance.models.proposal import propose
from askance.models.survey import Survey, survey


def graph(inputs: dict[str, Any], outputs: dict[str, Any], kind: int = TensorProto.FLOAT) -> Any:  # noqa: ANN401 (onnx has no types)
    """A graph with these ports; its outputs are constants."""
    nodes = [
        helper.make_node(
            "ConstantOfShape", [f"{name}_shape"], [name], value=helper.make_tensor("v", TensorProto.FLOAT, [1], [0.5])
        )
        for name in outputs
    ]
    made = helper.make_graph(
        nodes,
        "ports",
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [
            helper.make_tensor(f"{name}_shape", TensorProto.INT64, [len(shape)], [size or 1 for size in shape])
            for name, shape in outputs.items()
        ],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return model


def seen(
    tmp_path: Path,
    inputs: dict[str, Any],
    outputs: dict[str, Any],
    *,
    name: str = "Own_Model.onnx",
    **more: Any,  # noqa: ANN401 (as above)
) -> Survey:
    file = tmp_path / name
    onnx.save(graph(inputs, outputs, **more), str(file))
    return survey(file)


IMAGE = {"image": [1, 3, 64, 64]}
YOLOX = {"out": [1, 84, 8]}


def test_a_known_layout_gives_a_card_that_loads(tmp_path: Path) -> None:
    found = seen(tmp_path, IMAGE, YOLOX)
    proposal = propose(found, classes=None, size=None)
    card = ModelCard.model_validate(yaml.safe_load(proposal.text()))
    assert card == proposal.card
    assert ("own-model", "yolox", 64, "bgr") == (card.name, card.decoder.family, card.input.width, card.input.colour)
    Model(Package(card, tmp_path), threads=1)


def test_what_nobody_knows_stands_above_it(tmp_path: Path) -> None:
    proposal = propose(seen(tmp_path, IMAGE, YOLOX), classes=None, size=None)
    assert "# confirm classes: 3 unnamed columns: give --classes FILE" in proposal.text()
    assert {"classes", "licence", "source", "input"} == set(proposal.doubts)
    assert ("class-0", "class-1", "class-2") == proposal.card.classes


def test_given_names_leave_no_doubt_about_them(tmp_path: Path) -> None:
    proposal = propose(seen(tmp_path, IMAGE, YOLOX), classes=["a", None, "c"], size=None)
    assert ("a", None, "c") == proposal.card.classes
    assert "classes" not in proposal.doubts


def test_another_number_of_names_is_refused_with_both(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="3 class columns, and 2 names were given") as caught:
        propose(seen(tmp_path, IMAGE, YOLOX), classes=["a", "b"], size=None)
    assert "--classes" in (caught.value.hint or "")


def test_names_that_no_card_may_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"classes\.0: ") as caught:
        propose(seen(tmp_path, IMAGE, YOLOX), classes=["a" * 200, "b", "c"], size=None)
    assert caught.value.hint


def test_a_file_name_that_no_card_may_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="file: ") as caught:
        propose(seen(tmp_path, IMAGE, YOLOX, name="own model.onnx"), classes=None, size=None)
    assert "rename it" in (caught.value.hint or "")


def test_a_map_of_choices_does_not_tell_how_many_there_are(tmp_path: Path) -> None:
    found = seen(tmp_path, IMAGE, {"map": [1, 64, 64]})
    assert "an unknown number of columns" in propose(found, classes=None, size=None).doubts["classes"]
    given = propose(found, classes=[None, "road", "lane"], size=None).card
    assert {"heads": {"map": 3}, "kind": "choice"} == given.decoder.parameters


def test_open_sides_need_a_size(tmp_path: Path) -> None:
    found = seen(tmp_path, {"image": [1, 3, "height", "width"]}, YOLOX)
    with pytest.raises(ModelError, match="leaves the size of its input open") as caught:
        propose(found, classes=None, size=None)
    assert "--size WIDTHxHEIGHT" in (caught.value.hint or "")
    proposal = propose(found, classes=None, size=(64, 64))
    assert 32 == proposal.card.input.stride
    assert "input.stride" in proposal.doubts


def test_open_sides_of_a_model_that_stretches_have_no_stride(tmp_path: Path) -> None:
    found = seen(tmp_path, {"image": [1, 3, "height", "width"]}, {"out": [1, 9]})
    assert propose(found, classes=None, size=(64, 64)).card.input.stride is None


def test_an_unknown_layout_is_refused_with_what_was_seen_and_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no known family has these outputs: odd \(1, 2, 3, 4, 5\)") as caught:
        propose(seen(tmp_path, IMAGE, {"odd": [1, 2, 3, 4, 5]}), classes=None, size=None)
    assert "YOLOX" in (caught.value.hint or "")
    assert "NanoDet" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"image": [1, 4, 64, 64]}, id="four channels"),
        pytest.param({"audio": [1, 16000]}, id="sound"),
        pytest.param({"image": [1, 3, 64, 64], "size": [1, 2]}, id="two inputs"),
    ],
)
def test_an_input_that_is_no_image_is_refused(tmp_path: Path, inputs: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="expected one image with three colours as input"):
        propose(seen(tmp_path, inputs, YOLOX), classes=None, size=None)


def test_a_graph_of_bytes_is_given_pixels_as_they_are(tmp_path: Path) -> None:
    found = seen(tmp_path, {"image": [1, 64, 64, 3]}, {"out": [1, 9]}, kind=TensorProto.UINT8)
    given = propose(found, classes=None, size=None).card.input
    assert ("nhwc", "uint8", 1.0) == (given.layout, given.dtype, given.scale)


def test_an_export_of_ultralytics_says_everything_itself(assets: Path) -> None:
    file = assets / "models/ultralytics-layout-tests-only/yolov8n_int8.onnx"
    proposal = propose(survey(file), classes=None, size=None)
    assert ("ultralytics", "person", {}) == (
        proposal.card.decoder.family,
        proposal.card.classes[0],
        proposal.doubts,
    )
