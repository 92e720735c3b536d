"""Tests of the classifier: whole frames, the three kinds of numbers, the floor."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS, Candidates
from askance.edge.detect.decode.classifier import Classifier, classifier
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Whole
from askance.errors import ModelError
from support_decode import card_of, same


def decode(numbers: list[float], *, dtype: Any = np.float32, **parameters: Any) -> Candidates:  # noqa: ANN401 (any YAML value)
    decoder = classifier(card(**parameters))
    given = {"scores": np.array([numbers], dtype)}
    return decoder.decode(given, fit=same(width=20, height=10), floor=0.1, most=2)


def card(**parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("classifier", [None, "person", "car", "bus"], output="scores", **parameters)


def test_the_table_has_the_family() -> None:
    assert isinstance(DECODERS["classifier"](card(kind="logits")), Classifier)


def test_tags_are_of_the_whole_frame_best_first_and_not_more_than_wanted() -> None:
    found = decode([0.9, 0.2, 0.5, 0.4], kind="probabilities")
    assert [2, 3] == found.columns.tolist()
    np.testing.assert_allclose(found.scores, [0.5, 0.4])
    assert [[0, 0, 20, 10]] * 2 == found.boxes.tolist()
    assert (Whole(), Whole()) == found.shapes
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.2, 0.5, 0.4]] * 2)


def test_equal_scores_keep_the_order_of_the_output() -> None:
    assert [1, 3] == decode([0.0, 0.3, 0.2, 0.3], kind="probabilities").columns.tolist()


def test_below_the_floor_is_nothing() -> None:
    found = decode([0.9, 0.05, 0.09, 0.0], kind="probabilities")
    assert (0, 4) == found.boxes.shape
    assert () == found.shapes


def test_8_bit_probabilities_are_scaled_and_never_above_1() -> None:
    found = decode([0, 255, 64, 0], dtype=np.uint8, kind="probabilities", scale=1 / 128)
    np.testing.assert_allclose(found.scores, [1.0, 0.5])


def test_logits_share_one_among_all_classes_even_the_nameless() -> None:
    found = decode([np.log(2), 0.0, np.log(5), -1e4], kind="logits")
    np.testing.assert_allclose(found.scores, [5 / 8, 1 / 8], atol=1e-6)


def test_sigmoid_logits_hold_together() -> None:
    found = decode([9.0, 0.0, np.log(3), -1e4], kind="sigmoid")
    np.testing.assert_allclose(found.scores, [0.75, 0.5], atol=1e-6)


def test_wrong_parameters_are_refused_with_their_key() -> None:
    with pytest.raises(ModelError, match=r"decoder\.parameters\.scale"):
        classifier(card(kind="logits", scale=0))
