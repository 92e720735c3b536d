"""Moves the arithmetic of pixels into the graph, which then takes a frame's bytes as they lie in memory."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.package import ModelInput

_ADDED: Final = "askance_pixels"


def can_fold(wanted: ModelInput) -> bool:
    """Whether there is anything to move, and the graph would do it as fast: not channel by channel over open sides."""
    return wanted.dtype == "float32" and (
        wanted.stride is None or all(len(set(factor)) == 1 for factor in _factors(wanted))
    )


def folded_input(wanted: ModelInput) -> ModelInput:
    """Describe the input of the folded graph: bytes, channels last, no arithmetic left."""
    kept = wanted.model_dump(exclude={"dtype", "layout", "scale", "mean", "std"}, exclude_unset=True)
    return ModelInput.model_validate({**kept, "dtype": "uint8", "layout": "nhwc"})


def fold(model: Any, wanted: ModelInput) -> None:  # noqa: ANN401 (onnx.ModelProto: the library has no types)
    """Edit a graph in place: uint8, (1, height, width, 3), then cast, scaled, shifted and transposed as the card says.

    Args:
        model: with a float input of the card's name.
        wanted: the card's input; ``folded_input`` describes what it is afterwards.
    """
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 (an extra: only model commands need it)

    graph = model.graph
    steps: list[tuple[str, list[str], dict[str, Any]]] = [("Cast", [], {"to": TensorProto.FLOAT})]
    for kind, factor, idle in zip(("Mul", "Add"), _factors(wanted), (1.0, 0.0), strict=True):
        if (factor != idle).any():
            name = f"{_ADDED}_{kind.lower()}_by"
            graph.initializer.append(numpy_helper.from_array(_spread(factor, wanted), name))
            steps.append((kind, [name], {}))
    if wanted.layout == "nchw":
        steps.append(("Transpose", [], {"perm": [0, 3, 1, 2]}))
    inside = f"{_ADDED}_scaled"
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name == wanted.name:
                node.input[place] = inside
    value = wanted.name
    for place, (kind, more, attributes) in enumerate(steps):
        output = inside if place == len(steps) - 1 else f"{_ADDED}_{place}"
        name = f"{_ADDED}_{kind.lower()}"
        graph.node.insert(place, helper.make_node(kind, [value, *more], [output], name, **attributes))
        value = output
    _retype(graph, wanted)


def _factors(wanted: ModelInput) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what each channel is multiplied by, and what is then added, as the preprocessing does it."""
    std = np.array(wanted.std)
    return (wanted.scale / std).astype(np.float32), (-np.array(wanted.mean) / std).astype(np.float32)


def _spread(factor: NDArray[np.float32], wanted: ModelInput) -> NDArray[np.float32]:
    """Shape a factor so that the runtime works in long runs: a run of three channels costs ten times more."""
    return factor[0].reshape(()) if len(set(factor)) == 1 else np.tile(factor, (wanted.width, 1))


def _retype(graph: Any, wanted: ModelInput) -> None:  # noqa: ANN401 (as above)
    from onnx import TensorProto, helper  # noqa: PLC0415 (as above)

    place = next(index for index, value in enumerate(graph.input) if value.name == wanted.name)
    sides = (wanted.height, wanted.width) if wanted.stride is None else ("height", "width")
    new = helper.make_tensor_value_info(wanted.name, TensorProto.UINT8, (1, *sides, 3))
    del graph.input[place]
    graph.input.insert(place, new)
