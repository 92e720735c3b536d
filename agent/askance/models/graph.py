"""Brings the graph of an older export into the form that the quantizer expects."""

from typing import Any, Final

import numpy as np

OPSET: Final = 13  # the first with quantization per channel


def modernize(model: Any) -> Any:  # noqa: ANN401 (onnx.ModelProto: the library has no types)
    """Return the model with weights that are no inputs, no empty tensors given for absent ones, and opset 13 at least.

    Raises:
        onnx.version_converter.ConvertError: an operator cannot be raised.
    """
    from onnx import version_converter  # noqa: PLC0415 (an extra: only model commands need it)

    _separate_weights(model.graph)
    _leave_out_empty(model.graph)
    if max(entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}) < OPSET:
        return version_converter.convert_version(model, OPSET)
    return model


def _separate_weights(graph: Any) -> None:  # noqa: ANN401 (as above)
    """Take the weights out of the inputs, where exports before IR 4 list them: nothing is constant otherwise."""
    weights = {weight.name for weight in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)


def _leave_out_empty(graph: Any) -> None:  # noqa: ANN401 (as above)
    """Resize takes sizes or scales: old exports give both, one of them empty, and newer rules forbid it."""
    from onnx import numpy_helper  # noqa: PLC0415 (as above)

    constants = {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"}
    constants |= {weight.name: weight for weight in graph.initializer}
    for node in graph.node:
        for place, name in enumerate(node.input if node.op_type == "Resize" else ()):
            if name in constants and np.size(numpy_helper.to_array(constants[name])) == 0:
                node.input[place] = ""


def free_last(model: Any) -> None:  # noqa: ANN401 (as above)
    """Leave what the last convolutions give in floating point; they then compute in it, their weights still 8-bit."""
    graph = model.graph
    for node in [node for node in graph.node if node.name in set(last_convolutions(graph))]:
        for rounding in [each for each in graph.node if each.input[:1] == node.output[:1]]:
            if rounding.op_type != "QuantizeLinear":
                continue
            for back in [each for each in graph.node if each.input[:1] == rounding.output[:1]]:
                _replace(graph, back.output[0], by=node.output[0])
                graph.node.remove(back)
            graph.node.remove(rounding)


def tail_nodes(graph: Any) -> list[str]:  # noqa: ANN401 (as above)
    """Name the nodes that no convolution follows, the last convolutions themselves left out.

    Scores and boxes are put together there; rounding them to 8 bits ruins a detector.
    """
    before_convolution: set[str] = set()
    tail: list[str] = []
    for node in reversed(graph.node):  # the format demands topological order
        if node.op_type == "Conv" or before_convolution.intersection(node.output):
            before_convolution.update(node.input)
        else:
            tail.append(node.name)
    return tail[::-1]


def last_convolutions(graph: Any) -> list[str]:  # noqa: ANN401 (as above)
    """Name the convolutions that no other follows."""
    before_convolution: set[str] = set()
    last: list[str] = []
    for node in reversed(graph.node):
        if before_convolution.intersection(node.output):
            before_convolution.update(node.input)
        elif node.op_type == "Conv":
            last.append(node.name)
            before_convolution.update(node.input)
    return last[::-1]


def _replace(graph: Any, name: str, *, by: str) -> None:  # noqa: ANN401 (as above)
    for node in graph.node:
        for place, value in enumerate(node.input):
            if value == name:
                node.input[place] = by
