"""Tests of the YOLOX decoder: its grids, its scores, its refusals."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.yolox import Yolox, yolox
from askance.edge.detect.package import ModelCard
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import card_of, same

CELLS = 4 + 1  # strides of 8 and 16 on 16 pixels


def card(**changes: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("yolox", ["person", "car"], **({"output": "output", "strides": [8, 16]} | changes))


def outputs(*hot: tuple[int, float, float, float]) -> dict[str, Floats]:
    """Zero offsets and scores but for ``hot``: cell, object's score, and one for each class."""
    table = np.zeros((1, CELLS, 7), np.float32)
    for cell, *scores in hot:
        table[0, cell, 4:] = scores
    return {"output": table}


def test_the_table_has_the_family_and_knows_its_shape() -> None:
    decoder = DECODERS["yolox"](card())
    assert isinstance(decoder, Yolox)
    assert {"output": (1, CELLS, 7)} == dict(decoder.outputs)
    assert {"near_threshold", "margin", "entropy", "nms_support"} == decoder.signals


@pytest.mark.parametrize(
    ("cell", "offsets", "expected"),
    [
        pytest.param(0, [0, 0, 0, 0], [-4, -4, 4, 4], id="the first cell's corner"),
        pytest.param(3, [0.5, 0.25, 0, np.log(2)], [8, 2, 16, 18], id="moved and stretched"),
        pytest.param(4, [0.5, 0.5, 0, 0], [0, 0, 16, 16], id="the second grid"),
    ],
)
def test_offsets_are_those_of_the_cell(cell: int, offsets: list[float], expected: list[float]) -> None:
    given = outputs((cell, 1.0, 0.2, 0.9))
    given["output"][0, cell, :4] = offsets
    found = yolox(card()).decode(given, fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [expected], atol=1e-5)
    assert [1] == found.columns.tolist()


def test_a_score_is_that_of_the_object_times_that_of_the_class() -> None:
    found = yolox(card()).decode(outputs((0, 0.5, 0.8, 0.2)), fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.4])
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.4, 0.1]])


def test_an_absurd_size_stays_finite() -> None:
    given = outputs((0, 1.0, 1.0, 0.0))
    given["output"][0, 0, 2:4] = 1e6
    assert np.isfinite(yolox(card()).decode(given, fit=same(width=16), floor=0.05, most=10).boxes).all()


def test_rivals_of_one_class_on_one_place_are_suppressed() -> None:
    given = outputs((0, 1.0, 0.9, 0), (1, 1.0, 0.8, 0), (2, 1.0, 0, 0.7))
    given["output"][0, 1, :2] = [-0.9, 0]  # the cell to the right reaches back to the first
    given["output"][0, 2, :2] = [0, -0.9]
    found = yolox(card()).decode(given, fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.9, 0.7])
    assert found.support is not None
    assert [2, 1] == found.support.rivals.count.tolist()


def rectangular() -> ModelCard:
    given = card()
    return given.model_copy(
        update={"input": given.input.model_copy(update={"stride": 16, "resize": "letterbox", "width": 32})}
    )


def test_an_input_with_a_stride_has_as_many_cells_as_it_needs() -> None:
    decoder = yolox(rectangular())
    assert {"output": (1, None, 7)} == dict(decoder.outputs)
    table = np.zeros((1, 10, 7), np.float32)
    table[0, 9, 4:] = [1.0, 0.0, 1.0]
    found = decoder.decode({"output": table}, fit=same(width=32, height=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[8, -8, 24, 8]])


def test_as_many_cells_as_the_input_cannot_have_are_refused() -> None:
    with pytest.raises(ModelError, match=r"do not fit its input.*\(10,\), got \(5,\)"):
        yolox(rectangular()).decode(outputs(), fit=same(width=32, height=16), floor=0.05, most=10)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"stride": 8}, r"decoder.parameters.stride: extra inputs", id="unknown key"),
        pytest.param({"strides": []}, r"decoder.parameters.strides", id="no grid"),
        pytest.param({"iou": 2}, r"decoder.parameters.iou", id="more than whole"),
    ],
)
def test_wrong_parameters_are_refused_with_their_key(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        yolox(card(**changes))
