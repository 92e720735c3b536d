"""Tests of graphs brought into the form that the quantizer expects."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from askance.models.graph import OPSET, free_last, last_convolutions, modernize, tail_nodes
from support_models import convolutional, silent


def resizing(*, listed: bool) -> Any:  # noqa: ANN401 (onnx has no types)
    """A resize as old exports write it: sizes given, scales empty, weights listed as inputs."""
    weights = {"roi": np.empty(0, np.float32), "scales": np.empty(0, np.float32), "sizes": np.array([1, 3, 8, 8])}
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 4, 4])]
    if listed:
        inputs.append(helper.make_tensor_value_info("sizes", TensorProto.INT64, [4]))
    graph = helper.make_graph(
        [helper.make_node("Resize", ["image", "roi", "scales", "sizes"], ["large"], "resize")],
        "resize",
        inputs,
        [helper.make_tensor_value_info("large", TensorProto.FLOAT, [1, 3, 8, 8])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)])


def test_an_old_graph_is_raised_and_keeps_no_empty_tensors() -> None:
    model = modernize(resizing(listed=True))
    assert OPSET == model.opset_import[0].version
    assert ["image"] == [value.name for value in model.graph.input]
    resize = next(node for node in model.graph.node if node.op_type == "Resize")
    assert ["", "", "sizes"] == list(resize.input)[1:]
    onnx.shape_inference.infer_shapes(model, strict_mode=True)


def test_a_new_graph_is_left_alone() -> None:
    model = convolutional()
    before = model.SerializeToString()
    assert before == modernize(model).SerializeToString()


def test_the_tail_is_what_no_convolution_follows() -> None:
    graph = convolutional().graph
    assert ["box_transpose", "box_reshape", "class_transpose", "class_reshape"] == tail_nodes(graph)
    assert ["box_conv", "class_conv"] == last_convolutions(graph)
    assert 2 == len(tail_nodes(silent().graph))


def test_the_last_convolutions_are_freed_of_their_rounding() -> None:
    model = convolutional()
    for number, place in ((1, 4), (2, 9)):
        conv = model.graph.node[place - 1]
        scale = [f"{name}{number}" for name in ("scale", "zero")]
        nodes = [
            helper.make_node("QuantizeLinear", [conv.output[0], *scale], [f"q{number}"]),
            helper.make_node("DequantizeLinear", [f"q{number}", *scale], [f"d{number}"]),
        ]
        model.graph.node[place].input[0] = f"d{number}"
        for node in reversed(nodes):
            model.graph.node.insert(place, node)
    free_last(model)
    assert [node.SerializeToString() for node in convolutional().graph.node] == [
        node.SerializeToString() for node in model.graph.node
    ]
