"""Tests of the CenterNet decoder: peaks of a heat map, and a whole model of that kind from file to frame."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.centernet import Centernet, centernet
from askance.edge.detect.package import ModelCard, load_package
from askance.edge.detections import Detections
from askance.edge.values import Floats, Frame, Image, Instant
from askance.errors import ModelError
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_decode import SIDE, card_of, same
from support_models import write_package

CELLS = SIDE // 4


def card(**changes: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("centernet", ["person", None, "car"], **{"heat": "heat", "size": "wh", "offset": "reg", **changes})


def outputs(*hot: tuple[int, int, int, float], empty: float = 0.0) -> dict[str, Floats]:
    """Say ``hot``: (class, row, column, heat); every box is two cells wide and one high, about its cell's corner."""
    told = {"heat": np.full((1, 3, CELLS, CELLS), empty, np.float32), "reg": np.zeros((1, 2, CELLS, CELLS), np.float32)}
    told["wh"] = np.tile(np.array([2, 1], np.float32)[None, :, None, None], (1, 1, CELLS, CELLS))
    for column, y, x, heat in hot:
        told["heat"][0, column, y, x] = heat
    return told


def test_the_table_has_the_family() -> None:
    decoder = DECODERS["centernet"](card())
    assert isinstance(decoder, Centernet)
    assert {"heat": (1, 3, 4, 4), "wh": (1, 2, 4, 4), "reg": (1, 2, 4, 4)} == decoder.outputs


def test_a_peak_is_a_box_about_its_centre() -> None:
    given = outputs((2, 1, 2, 0.75))
    given["reg"][0, :, 1, 2] = [0.5, 0.25]
    found = centernet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[10 - 4, 5 - 2, 10 + 4, 5 + 2]])
    assert ([0.75], [2]) == (found.scores.tolist(), found.columns.tolist())
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.0, 0.75]])


def test_a_slope_is_no_object_and_another_class_no_slope() -> None:
    given = outputs((0, 1, 1, 0.9), (0, 1, 2, 0.8), (0, 2, 2, 0.7), (2, 1, 2, 0.6), (0, 3, 3, 0.5), (0, 3, 0, 0.4))
    found = centernet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.9, 0.6, 0.4], rtol=1e-6)
    assert [0, 2, 0] == found.columns.tolist()


def test_neighbours_of_equal_heat_are_both_peaks() -> None:
    given = outputs((0, 0, 0, 0.5), (0, 0, 1, 0.5))
    assert 2 == len(centernet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10).scores)


def test_a_class_without_a_name_never_comes_out() -> None:
    found = centernet(card()).decode(outputs((1, 0, 0, 0.9)), fit=same(width=SIDE), floor=0.05, most=10)
    assert (0, (0, 4)) == (len(found.scores), found.boxes.shape)


def test_logits_become_scores() -> None:
    given = outputs((0, 0, 0, 2.0), (0, 3, 3, -4.0), empty=-20.0)
    found = centernet(card(logits=True)).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-2))])


def test_peaks_on_one_place_are_left_alone_unless_the_card_says_otherwise() -> None:
    given = outputs((0, 0, 0, 0.9), (0, 0, 2, 0.8))
    given["reg"][0, 0, 0, 2] = -1.5
    decoders = [centernet(card()), centernet(card(iou=0.5))]
    found = [decoder.decode(given, fit=same(width=SIDE), floor=0.05, most=10) for decoder in decoders]
    assert [2, 1] == [len(each.scores) for each in found]
    assert [None, [2.0]] == [each.support and each.support.rivals.count.tolist() for each in found]
    assert [False, True] == ["nms_support" in decoder.signals for decoder in decoders]


def test_an_input_of_open_sides_has_cells_for_each_frame() -> None:
    wanted = card().input.model_copy(update={"stride": 16, "resize": "letterbox"})
    decoder = centernet(card().model_copy(update={"input": wanted}))
    assert (1, 3, None, None) == decoder.outputs["heat"]
    with pytest.raises(ModelError, match=r"expected cells of shape \(4, 8\), got \(4, 4\)"):
        decoder.decode(outputs(), fit=same(width=32, height=16), floor=0.05, most=10)


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(ModelError, match=r"decoder\.parameters\.stride"):
        centernet(card(stride=0))


LABELS = LabelMap.model_validate(
    {"version": 1, "name": "two", "labels": [{"id": 7, "name": "person"}, {"id": 8, "name": "car"}]}
)


def look(folder: Path, nodes: list[Any], *, image: Image, outputs: dict[str, Floats], **card: object) -> Detections:
    """Write a model of NHWC shares of 255 and its card, and let the detector see a frame."""
    shapes = {name: value.shape for name, value in outputs.items()}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, SIDE, SIDE, 3))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [numpy_helper.from_array(value, f"fixed_{name}") for name, value in outputs.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    package = load_package(write_package(folder / "tiny", model, classes=["person", "car", None], **card))
    instant = Instant(0, None, ClockQuality.NONE)
    return Detector(package, LABELS, section=DetectorSection(probe=False)).detect(
        Frame(image, CameraId("test"), instant, 0)
    )


def test_a_model_whose_heat_is_the_picture_sees_its_bright_spots(tmp_path: Path) -> None:
    """Heat for class 0, 1, 2 is the red, green, blue of each cell; the frame is twice as wide as the input."""
    image = np.zeros((16, 32, 3), np.uint8)
    image[4:8, 16:24, 2] = 204
    image[12:16, 0:8, 1] = 102
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["heat"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Identity", ["fixed_wh"], ["wh"]),
        helper.make_node("Identity", ["fixed_reg"], ["reg"]),
    ]
    fixed = {"wh": np.ones((1, 2, CELLS, CELLS), np.float32), "reg": np.full((1, 2, CELLS, CELLS), 0.5, np.float32)}
    heat = {"heat": np.zeros((1, 3, CELLS, CELLS), np.float32)}
    found = look(tmp_path, nodes, image=image, outputs=fixed | heat, decoder=card().decoder.model_dump())
    np.testing.assert_allclose(found.boxes, [[16, 4, 24, 8], [0, 12, 8, 16]], atol=1e-4)
    np.testing.assert_allclose(found.scores, [0.8, 0.4], rtol=1e-5)
    assert [7, 8] == found.label_ids.tolist()


def test_a_model_that_ends_in_a_table_is_of_the_family_of_tables(tmp_path: Path) -> None:
    rows = [[0, 0, 8, 8, 0.9, 1], [4, 8, 12, 16, 0.6, 0], [2, 2, 6, 6, 0.8, 2], [0, 0, 0, 0, 0, 0]]
    nodes = [helper.make_node("Identity", ["fixed_detections"], ["detections"])]
    fixed = {"detections": np.array([rows], np.float32)}
    decoder = {"family": "end_to_end", "parameters": {"output": "detections"}}
    image = np.zeros((16, 32, 3), np.uint8)
    found = look(tmp_path, nodes, image=image, outputs=fixed, decoder=decoder)
    np.testing.assert_allclose(found.boxes, [[0, 0, 16, 8], [8, 8, 24, 16]])
    assert [8, 7] == found.label_ids.tolist()
