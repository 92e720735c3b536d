"""Tests of sets of queries: their scores, their boxes, no suppression."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.detect.decode import DECODERS, Candidates
from askance.edge.detect.decode.detr import Detr, detr
from askance.edge.detect.package import ModelCard
from askance.errors import ModelError
from support_decode import card_of, same

BOXES = np.array([[[0.5, 0.5, 0.5, 0.25], [0.5, 0.5, 0.5, 0.25], [0.25, 0.25, 0.25, 0.25]]], np.float32)
BOX = [4, 6, 12, 10]


def card(classes: list[str | None], **parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("detr", classes, **{"boxes": "boxes", "scores": "logits", **parameters})


def decode(wanted: ModelCard, numbers: NDArray[Any], *, most: int = 10) -> Candidates:
    outputs = {"boxes": BOXES, "logits": numbers[None].astype(np.float32)}
    return detr(wanted).decode(outputs, fit=same(width=16), floor=0.05, most=most)


def test_the_table_has_the_family_and_knows_its_shapes() -> None:
    decoder = DECODERS["detr"](card(["person", "car"]))
    assert isinstance(decoder, Detr)
    assert {"boxes": (1, None, 4), "logits": (1, None, 2)} == dict(decoder.outputs)
    assert {"near_threshold", "margin", "entropy"} == decoder.signals


def test_each_query_is_a_candidate_for_its_best_class_and_none_is_suppressed() -> None:
    numbers = np.array([[0.0, -1.0], [-9, 1.0], [-9, -9]])
    found = decode(card(["person", "car"]), numbers)
    np.testing.assert_allclose(found.scores, 1 / (1 + np.exp([-1.0, 0.0])))
    np.testing.assert_allclose(found.boxes, [BOX, BOX])
    assert [1, 0] == found.columns.tolist()
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, 1 / (1 + np.exp([[9.0, -1.0], [0.0, 1.0]])), rtol=1e-6)
    assert [1] == decode(card(["person", "car"]), numbers, most=1).columns.tolist()


def test_a_column_for_no_object_takes_its_share_and_never_comes_out() -> None:
    numbers = np.log([[0.5, 0.2, 0.3], [0.01, 0.04, 0.95], [0.2, 0.1, 0.7]]) + 800
    found = decode(card(["person", "car", None], activation="softmax"), numbers)
    np.testing.assert_allclose(found.scores, [0.5, 0.2], rtol=1e-3)
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.5, 0.2], [0.2, 0.1]], rtol=1e-3)


def test_one_output_may_hold_boxes_and_scores() -> None:
    wanted = card(["person", "car"], boxes="output0", scores="output0", activation="none")
    decoder = detr(wanted)
    assert {"output0": (1, None, 6)} == dict(decoder.outputs)
    table = np.array([[[0.5, 0.5, 0.5, 0.25, 0.1, 1.0001], [0, 0, 1, 1, 0, 0.04]]], np.float32)
    found = decoder.decode({"output0": table}, fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [BOX])
    assert [1.0] == found.scores.tolist()


def test_corners_in_pixels_are_possible_too() -> None:
    wanted = card(["person", "car"], order="xyxy", units="pixels")
    outputs = {"boxes": np.array([[BOX]], np.float32), "logits": np.array([[[2.0, 0]]], np.float32)}
    found = detr(wanted).decode(outputs, fit=same(width=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [BOX])


def test_wrong_parameters_are_refused_with_their_key() -> None:
    with pytest.raises(ModelError, match=r"decoder.parameters.activation"):
        detr(card(["person"], activation="tanh"))
