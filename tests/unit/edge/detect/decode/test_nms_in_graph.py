"""Tests of suppression in the graph with an output for each column."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.nms_in_graph import NmsInGraph, nms_in_graph
from askance.edge.detect.package import ModelCard
from askance.errors import ModelError
from support_decode import card_of, same

NAMES = {"boxes": "boxes", "scores": "scores", "classes": "labels"}
SHARES = np.array([[[0.25, 0.5, 0.5, 1.0], [0, 0, 0.5, 0.5], [0, 0, 1, 1]]], np.float32)


def card(**parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("nms_in_graph", ["person", "car"], **{**NAMES, **parameters})


def test_the_table_has_the_family_and_knows_its_shapes() -> None:
    decoder = DECODERS["nms_in_graph"](card(count="count"))
    assert isinstance(decoder, NmsInGraph)
    assert {"boxes": (1, None, 4), "scores": (1, None), "labels": (1, None), "count": (1,)} == dict(decoder.outputs)
    assert {"near_threshold", "entropy"} == decoder.signals


def test_tensorflow_counts_its_objects_and_writes_shares_with_y_first() -> None:
    outputs = {
        "boxes": SHARES,
        "scores": np.array([[0.6, 0.9, 0.99]], np.float32),
        "labels": np.array([[1, 0, 1]], np.float32),
        "count": np.array([2], np.float32),
    }
    wanted = card(count="count", order="yxyx", units="shares")
    found = nms_in_graph(wanted).decode(outputs, fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[0, 0, 8, 8], [8, 4, 16, 8]])
    np.testing.assert_allclose(found.scores, [0.9, 0.6])
    assert [0, 1] == found.columns.tolist()


def test_torchvision_has_no_batch_and_pixels_of_the_input() -> None:
    wanted = card(batch=False)
    assert {"boxes": (None, 4), "scores": (None,), "labels": (None,)} == dict(nms_in_graph(wanted).outputs)
    outputs: dict[str, NDArray[Any]] = {
        "boxes": np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32),
        "scores": np.array([0.04, 0.5], np.float32),
        "labels": np.array([0, 1], np.int64),
    }
    found = nms_in_graph(wanted).decode(outputs, fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[5, 6, 7, 8]])
    assert [1] == found.columns.tolist()


@pytest.mark.parametrize(("count", "expected"), [(-1, 0), (0, 0), (99, 3)])
def test_a_count_that_cannot_be_is_bounded_by_the_rows(count: int, expected: int) -> None:
    outputs = {
        "boxes": SHARES,
        "scores": np.full((1, 3), 0.5),
        "labels": np.zeros((1, 3)),
        "count": np.array([count], np.int64),
    }
    found = nms_in_graph(card(count="count")).decode(outputs, fit=same(width=16), floor=0.05, most=10)
    assert expected == len(found.scores)


def test_wrong_parameters_are_refused_with_their_key() -> None:
    with pytest.raises(ModelError, match=r"decoder.parameters.units"):
        nms_in_graph(card(units="percent"))
