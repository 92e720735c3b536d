"""Tiny real ONNX models with their cards: one 2 x 2 feature map with three anchors a cell, two classes."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from askance.edge.detect.package import sha256_of

SIDE = 16
ANCHORS = 12
CLASSES = [None, "person", "car"]

# The runtime and the library name versions apart; these are old enough for both.
_OPSET = 13
_IR = 8


def fixed(boxes: NDArray[np.float32], logits: NDArray[np.float32]) -> Any:  # noqa: ANN401 (onnx has no types)
    """Build a model that gives these outputs whatever it sees.

    Args:
        boxes: (anchors, 4) offsets.
        logits: (anchors, classes).
    """
    parts = {"fixed_boxes": boxes[None, :, None], "fixed_logits": logits[None]}
    return _model(
        [
            helper.make_node("Identity", ["fixed_boxes"], ["boxes"]),
            helper.make_node("Identity", ["fixed_logits"], ["logits"]),
        ],
        outputs={"boxes": parts["fixed_boxes"].shape, "logits": parts["fixed_logits"].shape},
        weights=parts,
    )


def silent(*, anchors: int = ANCHORS, classes: int = len(CLASSES)) -> Any:  # noqa: ANN401 (onnx has no types)
    """Build a model that never sees anything."""
    return fixed(np.zeros((anchors, 4), np.float32), np.full((anchors, classes), -20, np.float32))


def convolutional(*, opset: int = _OPSET) -> Any:  # noqa: ANN401 (onnx has no types)
    """Build a model with convolutions and a tail that puts their outputs together."""
    random = np.random.default_rng(1)
    weights: dict[str, NDArray[Any]] = {
        "stem": random.normal(0, 0.3, (8, 3, 8, 8)).astype(np.float32),
        "box": random.normal(0, 0.3, (12, 8, 1, 1)).astype(np.float32),
        "class": random.normal(0, 0.3, (9, 8, 1, 1)).astype(np.float32),
        "box_shape": np.array([1, ANCHORS, 1, 4], np.int64),
        "class_shape": np.array([1, ANCHORS, 3], np.int64),
    }
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], "planes", perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "stem"], ["maps"], "stem_conv", strides=[8, 8]),
        helper.make_node("Relu", ["maps"], ["active"], "relu"),
        helper.make_node("Conv", ["active", "box"], ["box_map"], "box_conv"),
        helper.make_node("Transpose", ["box_map"], ["box_last"], "box_transpose", perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["box_last", "box_shape"], ["boxes"], "box_reshape"),
        helper.make_node("Conv", ["active", "class"], ["class_map"], "class_conv"),
        helper.make_node("Transpose", ["class_map"], ["class_last"], "class_transpose", perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["class_last", "class_shape"], ["logits"], "class_reshape"),
    ]
    outputs = {"boxes": (1, ANCHORS, 1, 4), "logits": (1, ANCHORS, 3)}
    return _model(nodes, outputs=outputs, weights=weights, opset=opset)


def write_package(folder: Path, model: Any, **changes: object) -> Path:  # noqa: ANN401 (onnx has no types)
    """Write a model and a card that fits it into ``folder``; ``changes`` replace keys of the card."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    card: dict[str, object] = {
        "name": folder.name,
        "version": "1",
        "task": "detect",
        "file": "model.onnx",
        "sha256": sha256_of(folder / "model.onnx"),
        "licence": "Apache-2.0",
        "source": "made by the tests",
        "input": {
            "name": "image",
            "layout": "nhwc",
            "width": SIDE,
            "height": SIDE,
            "colour": "rgb",
            "scale": 1 / 255,
            "resize": "stretch",
        },
        "decoder": {
            "family": "ssd",
            "parameters": {
                "boxes": "boxes",
                "logits": "logits",
                "maps": [2],
                "scales": [0.5, 1.0],
                "aspects": [1.0],
                "first_map": [[0.5, 1.0], [0.5, 2.0], [0.5, 0.5]],
            },
        },
        "classes": CLASSES,
    } | changes
    (folder / "card.yaml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    return folder


def _model(
    nodes: list[Any], *, outputs: dict[str, tuple[int, ...]], weights: dict[str, NDArray[Any]], opset: int = _OPSET
) -> Any:  # noqa: ANN401 (onnx has no types)
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, SIDE, SIDE, 3))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = _IR
    return model


def labelled_photos(folder: Path, count: int) -> Path:
    """Pictures of noise, each with its labels beside it: none, one or two of the second class."""
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(count):
        cv2.imwrite(str(folder / f"{number:02}.png"), random.integers(0, 256, (20, 30, 3), np.uint8))
        (folder / f"{number:02}.txt").write_text("1 0.5 0.5 0.4 0.4\n" * (number % 3))
    return folder
