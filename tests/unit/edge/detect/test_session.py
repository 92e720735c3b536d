"""Tests of the forward pass, and of the words for files that the runtime cannot load."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from askance.edge.detect.session import Port, Session, saturates
from askance.errors import ModelError
from support_models import convolutional, silent


def saved(path: Path, model: onnx.ModelProto) -> Path:
    onnx.save(model, str(path / "model.onnx"))
    return path / "model.onnx"


def test_the_runtime_was_told_not_to_report_home() -> None:
    assert "1" == os.environ["ORT_DISABLE_TELEMETRY"]


def test_a_session_names_its_inputs_and_outputs(tmp_path: Path) -> None:
    session = Session(saved(tmp_path, silent()), threads=1)
    assert (Port("image", (1, 16, 16, 3), "tensor(float)"),) == session.inputs
    assert [("boxes", (1, 12, 1, 4)), ("logits", (1, 12, 3))] == [(port.name, port.shape) for port in session.outputs]


def test_an_open_axis_is_none(tmp_path: Path) -> None:
    model = silent()
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    assert (None, 16, 16, 3) == Session(saved(tmp_path, model), threads=1).inputs[0].shape


def test_a_forward_pass_gives_each_output_under_its_name(tmp_path: Path) -> None:
    outputs = Session(saved(tmp_path, convolutional()), threads=2).run("image", np.ones((1, 16, 16, 3), np.float32))
    assert {"boxes": (1, 12, 1, 4), "logits": (1, 12, 3)} == {name: value.shape for name, value in outputs.items()}


def test_a_tensor_of_another_shape_is_refused(tmp_path: Path) -> None:
    session = Session(saved(tmp_path, silent()), threads=1)
    with pytest.raises(ModelError, match=r"the forward pass of .*model.onnx failed"):
        session.run("image", np.ones((1, 8, 8, 3), np.float32))


@pytest.mark.parametrize("content", [b"<html>not found</html>", b"", b"\x00" * 100], ids=["page", "empty", "zeros"])
def test_a_file_that_is_no_onnx_is_called_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"model.onnx: not an ONNX file") as caught:
        Session(file, threads=1)
    assert "askance models pull" in (caught.value.hint or "")


def signed() -> onnx.ModelProto:
    """A convolution whose activations and weights are both signed bytes: 100 times 100, eight times over."""
    weights = {
        "scale": np.float32(1.0),
        "out_scale": np.float32(1000.0),
        "zero": np.int8(0),
        "kernel": np.full((1, 8, 1, 1), 100, np.int8),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["image", "scale", "zero"], ["bytes"]),
        helper.make_node(
            "QLinearConv", ["bytes", "scale", "zero", "kernel", "scale", "zero", "out_scale", "zero"], ["sums"]
        ),
        helper.make_node("DequantizeLinear", ["sums", "out_scale", "zero"], ["out"]),
    ]
    ports = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, n, 2, 2))
        for name, n in {"image": 8, "out": 1}.items()
    ]
    initial = [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "signed", ports[:1], ports[1:], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return model


def test_a_file_of_signed_bytes_loads_and_is_exact_on_every_cpu(tmp_path: Path) -> None:
    outputs = Session(saved(tmp_path, signed()), threads=1).run("image", np.full((1, 8, 2, 2), 100, np.float32))
    assert [80_000.0] * 4 == outputs["out"].ravel().tolist()


def test_a_missing_file_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        Session(tmp_path / "model.onnx", threads=1)


def test_missing_external_data_is_named(tmp_path: Path) -> None:
    onnx.save(
        convolutional(), str(tmp_path / "model.onnx"), save_as_external_data=True, location="w.data", size_threshold=0
    )
    (tmp_path / "w.data").unlink()
    with pytest.raises(ModelError, match="its weights lie in a second file that is missing"):
        Session(tmp_path / "model.onnx", threads=1)


def test_operators_that_the_runtime_does_not_have_are_named(tmp_path: Path) -> None:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Wish", ["x"], ["y"], domain="fairy.tales")],
        "tiny",
        [value("x", TensorProto.FLOAT, (1,))],
        [value("y", TensorProto.FLOAT, (1,))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("fairy.tales", 1)])
    model.ir_version = 8
    with pytest.raises(ModelError, match=r"operators that onnxruntime does not have: .*Wish"):
        Session(saved(tmp_path, model), threads=1)


def test_any_other_refusal_is_passed_on(tmp_path: Path) -> None:
    model = silent()
    model.graph.node[0].input[0] = "nowhere"
    with pytest.raises(ModelError, match=r"onnxruntime cannot load it: .*nowhere"):
        Session(saved(tmp_path, model), threads=1)


@pytest.mark.parametrize(
    ("cpuinfo", "machine", "expected"),
    [
        pytest.param("flags : sse avx2", "x86_64", True, id="x86 without VNNI"),
        pytest.param("flags : avx512_vnni", "x86_64", False, id="AVX-512 VNNI"),
        pytest.param("flags : avx_vnni", "AMD64", False, id="AVX VNNI"),
        pytest.param("", "x86_64", True, id="unknown flags"),
        pytest.param("", "aarch64", False, id="ARM is exact"),
    ],
)
def test_only_x86_without_vnni_saturates(cpuinfo: str, machine: str, *, expected: bool) -> None:
    assert expected == saturates(cpuinfo, machine=machine)
