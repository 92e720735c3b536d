"""Tests of a model without labels: checked against its card, at its ports and when it runs."""

import weakref
from pathlib import Path

import numpy as np
import onnx
import pytest

from askance.edge.detect.model import Model
from askance.edge.detect.package import load_package
from askance.errors import ModelError
from support_models import silent, write_package


def test_candidates_are_in_pixels_of_the_frame(tmp_path: Path) -> None:
    model = Model(load_package(write_package(tmp_path / "tiny", silent())), threads=1)
    prepared = model.prepare(np.zeros((16, 32, 3), np.uint8))
    found = model.decode(model.forward(prepared), fit=prepared.fit, floor=0.0, most=1)
    assert (1, 4) == found.boxes.shape
    assert found.boxes[0, 2] - found.boxes[0, 0] > found.boxes[0, 3] - found.boxes[0, 1]


def test_a_size_that_the_graph_leaves_open_is_checked_when_it_runs(tmp_path: Path) -> None:
    model = Model(load_package(write_package(tmp_path / "tiny", silent())), threads=1)
    prepared = model.prepare(np.zeros((16, 16, 3), np.uint8))
    outputs = {"boxes": np.zeros((1, 12, 1, 4), np.float32), "logits": np.zeros((1, 12, 4), np.float32)}
    with pytest.raises(ModelError, match=r"shape of logits: the card expects \(1, 12, 3\), the file has \(1, 12, 4\)"):
        model.decode(outputs, fit=prepared.fit, floor=0.5, most=1)


def test_a_wrong_card_names_the_command_that_shows_the_file(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent(anchors=11))
    with pytest.raises(ModelError, match="shape of boxes") as caught:
        Model(load_package(folder), threads=1)
    assert f"askance models inspect {folder / 'model.onnx'}" in (caught.value.hint or "")


def test_a_custom_operator_is_refused_in_words(tmp_path: Path) -> None:
    graph = silent()
    graph.graph.node[0].op_type = "Telepathy"
    graph.graph.node[0].domain = "own"
    graph.opset_import.append(onnx.helper.make_opsetid("own", 1))
    with pytest.raises(ModelError, match="operators that onnxruntime does not have"):
        Model(load_package(write_package(tmp_path / "tiny", graph)), threads=1)


def test_memory_of_pictures_that_are_done_with_is_let_go(tmp_path: Path) -> None:
    model = Model(load_package(write_package(tmp_path / "tiny", silent())), threads=1)
    trial = weakref.ref(model.prepare(np.zeros((30, 40, 3), np.uint8)).tensor)
    assert trial() is not None

    model.forget()

    assert trial() is None
