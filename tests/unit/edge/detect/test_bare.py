"""Tests of models by their path: a folder with a card, or a file that needs none."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from askance.edge.detect.bare import open_package
from askance.edge.detect.model import Model
from askance.errors import ModelError
from support_models import silent, write_package


def write(file: Path, **metadata: str) -> Path:
    """Write a graph that sees one car wherever it looks, and what it says of itself."""
    table = np.zeros((1, 6, 4), np.float32)
    table[0, :, 0] = [16, 8, 16, 8, 0.1, 0.9]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["table"], ["output0"])],
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, 32, 32))],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, (1, 6, 4))],
        [numpy_helper.from_array(table, "table")],
    )
    model: Any = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    helper.set_model_props(model, metadata)
    onnx.save(model, str(file))
    return file


def test_a_folder_is_read_by_its_card(tmp_path: Path) -> None:
    assert "tiny" == open_package(write_package(tmp_path / "tiny", silent())).card.name


def test_a_bare_export_detects_without_a_card(tmp_path: Path) -> None:
    file = write(tmp_path / "yolo.onnx", names="{0: 'person', 1: 'car'}", stride="32", task="detect", imgsz="[32, 32]")
    package = open_package(file)
    assert (file, "yolo") == (package.file, package.card.name)
    model = Model(package, threads=1)
    prepared = model.prepare(np.zeros((64, 64, 3), np.uint8))
    found = model.decode(model.forward(prepared), fit=prepared.fit, floor=0.5, most=9)
    assert ([1], [[16, 8, 48, 24]]) == (found.columns.tolist(), found.boxes.tolist())


def test_a_bare_file_that_says_nothing_needs_a_card(tmp_path: Path) -> None:
    file = write(tmp_path / "other.onnx")
    with pytest.raises(ModelError, match="the file does not say how to read it") as caught:
        open_package(file)
    assert f"write a card: askance models inspect {file}" == caught.value.hint


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no such model file: .*none.onnx"):
        open_package(tmp_path / "none.onnx")
