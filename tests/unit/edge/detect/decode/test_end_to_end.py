"""Tests of models that end in a table of objects."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS, Candidates
from askance.edge.detect.decode.end_to_end import EndToEnd, end_to_end
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Region, Skeleton, Turned
from askance.errors import ModelError
from support_decode import card_of, same


def card(**parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    made = card_of("end_to_end", ["person", "car"], output="output0", **parameters)
    return made.model_copy(update={"input": made.input.model_copy(update={"resize": "letterbox"})})


def decode(wanted: ModelCard, *rows: list[float], most: int = 10, **others: Any) -> Candidates:  # noqa: ANN401 (arrays)
    outputs = {"output0": np.array([rows], np.float32), **others}
    return end_to_end(wanted).decode(outputs, fit=same(width=16), floor=0.05, most=most)


def test_the_table_has_the_family_and_knows_its_shape() -> None:
    decoder = DECODERS["end_to_end"](card())
    assert isinstance(decoder, EndToEnd)
    assert {"output0": (1, None, 6)} == dict(decoder.outputs)
    assert {"near_threshold", "entropy"} == decoder.signals


def test_each_row_is_a_candidate_best_first_and_nothing_is_suppressed() -> None:
    rows: list[list[float]] = [[1, 2, 5, 6, 0.5, 1], [1, 2, 5, 6, 0.9, 1], [0, 0, 0, 0, 0, 0]]
    found = decode(card(), *rows)
    np.testing.assert_array_equal(found.boxes, [[1.0, 2, 5, 6]] * 2)
    np.testing.assert_allclose(found.scores, [0.9, 0.5])
    assert [1, 1] == found.columns.tolist()
    assert (None, None, None) == (found.class_scores, found.support, found.shapes)
    np.testing.assert_allclose(decode(card(), *rows, most=1).scores, [0.9])


def test_shares_and_centres_are_carried_to_pixels() -> None:
    found = decode(card(order="cxcywh", units="shares"), [0.5, 0.25, 0.5, 0.125, 1.0001, 0])
    np.testing.assert_allclose(found.boxes, [[4, 3, 12, 5]])
    assert [1.0] == found.scores.tolist()


def test_masks_keypoints_and_angles_follow_the_class() -> None:
    masked = card(prototypes="output1", coefficients=1)
    assert {"output0": (1, None, 7), "output1": (1, 1, None, None)} == dict(end_to_end(masked).outputs)
    found = decode(masked, [1, 2, 5, 6, 0.9, 1, 1], output1=np.ones((1, 1, 4, 4), np.float32))
    assert found.shapes is not None
    assert isinstance(found.shapes[0], Region)
    found = decode(card(keypoints=1), [1, 2, 5, 6, 0.9, 1, 3, 4, 0.5])
    assert found.shapes is not None
    assert isinstance(found.shapes[0], Skeleton)
    found = decode(card(rotated=True, order="cxcywh"), [8, 8, 8, 4, 0.9, 1, np.pi / 2])
    assert found.shapes is not None
    assert isinstance(found.shapes[0], Turned)
    np.testing.assert_allclose(found.boxes, [[6, 4, 10, 12]], atol=1e-6)


def test_the_signals_are_those_of_what_follows() -> None:
    assert {"near_threshold", "entropy", "pose_outlier"} == end_to_end(card(keypoints=2)).signals


def test_wrong_parameters_are_refused_with_their_key() -> None:
    with pytest.raises(ModelError, match=r"decoder.parameters.order"):
        end_to_end(card(order="xywh"))
