"""Tests of the pixels' arithmetic inside the graph: the same figures to the last bit but one."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from askance.edge.detect.model import Model
from askance.edge.detect.package import ModelInput, Package, load_package
from askance.edge.detect.session import Session
from askance.models.fold import can_fold, fold, folded_input
from support_models import convolutional, write_package

IMAGENET = {"scale": 1 / 255, "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


def wanted(layout: str, **more: Any) -> ModelInput:  # noqa: ANN401 (keys of an input)
    given = {"name": "image", "width": 32, "height": 16, "colour": "rgb", "resize": "letterbox", "pad": 7}
    return ModelInput.model_validate({**given, "layout": layout, **more})


def passing(given: ModelInput) -> Any:  # noqa: ANN401 (onnx has no types)
    """A graph that gives its input back, and reads it twice."""
    shape = [1, given.height, given.width, 3] if given.layout == "nhwc" else [1, 3, given.height, given.width]
    graph = helper.make_graph(
        [helper.make_node("Add", ["image", "image"], ["twice"])],
        "pass",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("twice", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return model


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="bytes as they are"),
        pytest.param({"scale": 1 / 255}, id="0 to 1"),
        pytest.param({"scale": 2 / 255, "mean": (1, 1, 1)}, id="-1 to 1"),
        pytest.param(IMAGENET, id="by channel"),
    ],
)
def test_the_folded_graph_computes_the_same(tmp_path: Path, layout: str, more: dict[str, object]) -> None:
    given = wanted(layout, **more)
    model = passing(given)
    onnx.save(model, str(tmp_path / "before.onnx"))
    fold(model, given)
    onnx.checker.check_model(model)
    onnx.save(model, str(tmp_path / "after.onnx"))
    pixels = np.random.default_rng(1).integers(0, 256, (1, 16, 32, 3), np.uint8)
    values = ((pixels * given.scale - np.array(given.mean)) / np.array(given.std)).astype(np.float32)
    before = Session(tmp_path / "before.onnx", threads=1).run(
        "image", values if layout == "nhwc" else np.ascontiguousarray(values.transpose(0, 3, 1, 2))
    )
    after = Session(tmp_path / "after.onnx", threads=1).run("image", pixels)
    np.testing.assert_allclose(after["twice"], before["twice"], rtol=0, atol=1e-5)


def test_the_agent_feeds_it_the_same_picture(tmp_path: Path) -> None:
    package = load_package(write_package(tmp_path / "tiny", convolutional()))
    graph = convolutional()
    fold(graph, package.card.input)
    onnx.save(graph, str(tmp_path / "model.onnx"))
    card = package.card.model_copy(update={"input": folded_input(package.card.input)})
    image = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)
    one, other = (Model(each, threads=1) for each in (package, Package(card, tmp_path)))
    for name, expected in one.forward(one.prepare(image)).items():
        np.testing.assert_allclose(other.forward(other.prepare(image))[name], expected, atol=1e-5)


def test_open_sides_stay_open(tmp_path: Path) -> None:
    given = wanted("nchw", scale=1 / 255, stride=16)
    model = passing(given)
    fold(model, given)
    onnx.save(model, str(tmp_path / "a.onnx"))
    assert (1, None, None, 3) == Session(tmp_path / "a.onnx", threads=1).inputs[0].shape


def test_the_new_input_keeps_what_is_no_arithmetic() -> None:
    got = folded_input(wanted("nchw", **IMAGENET))
    assert wanted("nhwc", dtype="uint8") == got


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(wanted("nchw", **IMAGENET), True, id="float"),
        pytest.param(wanted("nhwc", dtype="uint8"), False, id="bytes already"),
        pytest.param(wanted("nchw", stride=16, scale=1 / 255), True, id="open sides, one factor"),
        pytest.param(wanted("nchw", stride=16, **IMAGENET), False, id="open sides, a factor for each channel"),
    ],
)
def test_only_what_gains_is_folded(given: ModelInput, *, expected: bool) -> None:
    assert expected == can_fold(given)
