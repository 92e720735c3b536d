"""Tests of the layouts before suppression: a column a place, or a row a place with an object's score."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.detect.decode import DECODERS, Candidates
from askance.edge.detect.decode.ultralytics import Ultralytics, ultralytics
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Region, Skeleton, Turned
from askance.errors import ModelError
from support_decode import card_of, same

# Centre, size, three classes: a rival of the second, the best, and another class on the same place.
PLACES = [
    [8.0, 8.0, 4.0, 4.0, 0.6, 0.1, 0.0],
    [8.0, 8.5, 4.0, 4.0, 0.9, 0.2, 0.0],
    [8.0, 8.0, 4.0, 4.0, 0.0, 0.0, 0.7],
    [2.0, 2.0, 4.0, 4.0, 0.04, 0.04, 0.0],
]


def card(*, classes: list[str | None] | None = None, **parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    made = card_of("ultralytics", classes or ["person", "car", "dog"], output="output0", **parameters)
    return made.model_copy(update={"input": made.input.model_copy(update={"resize": "letterbox"})})


def decode(wanted: ModelCard, table: NDArray[Any], **others: NDArray[Any]) -> Candidates:
    outputs = {"output0": table[None], **others}
    return ultralytics(wanted).decode(outputs, fit=same(width=16), floor=0.05, most=10)


def columns(*tail: list[float], classes: int = 3) -> NDArray[np.float32]:
    """Lay the places out a column each, with what follows the classes."""
    rows = np.array(PLACES, np.float32)[:, : 4 + classes]
    return np.hstack([rows, np.array(tail, np.float32)]).T if tail else rows.T


def test_the_table_has_the_family_and_knows_its_shape() -> None:
    decoder = DECODERS["ultralytics"](card())
    assert isinstance(decoder, Ultralytics)
    assert {"output0": (1, 7, None)} == dict(decoder.outputs)
    assert {"near_threshold", "margin", "entropy", "nms_support"} == decoder.signals


def test_each_place_is_a_candidate_for_its_best_class() -> None:
    found = decode(card(), columns())
    np.testing.assert_allclose(found.boxes, [[6.0, 6.5, 10.0, 10.5], [6.0, 6.0, 10.0, 10.0]])
    np.testing.assert_allclose(found.scores, [0.9, 0.7])
    assert [0, 2] == found.columns.tolist()
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.9, 0.2, 0], [0, 0, 0.7]])
    assert found.support is not None
    assert [2, 1] == found.support.rivals.count.tolist()
    assert found.shapes is None


def test_a_class_without_a_name_never_comes_out() -> None:
    found = decode(card(classes=[None, "car", None]), columns())
    assert ([1], 1) == (found.columns.tolist(), len(found.scores))
    np.testing.assert_allclose(found.scores, [0.2])


def test_the_overlap_from_which_a_box_is_suppressed_is_the_cards() -> None:
    assert 3 == len(decode(card(iou=0.8), columns()).scores)


def test_the_layout_of_v5_has_an_objects_score_before_the_classes() -> None:
    wanted = card(objectness=True)
    assert {"output0": (1, None, 8)} == dict(ultralytics(wanted).outputs)
    found = decode(wanted, np.insert(np.array(PLACES, np.float32), 4, 0.5, axis=1))
    np.testing.assert_allclose(found.scores, [0.45, 0.35])
    np.testing.assert_allclose(found.boxes, [[6.0, 6.5, 10.0, 10.5], [6.0, 6.0, 10.0, 10.0]])
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.45, 0.1, 0], [0, 0, 0.35]])


def test_masks_follow_as_coefficients_of_prototypes() -> None:
    wanted = card(prototypes="output1", coefficients=2)
    decoder = ultralytics(wanted)
    assert {"output0": (1, 9, None), "output1": (1, 2, None, None)} == dict(decoder.outputs)
    assert "mask_dispersion" in decoder.signals
    prototypes = np.stack([np.ones((4, 4)), -np.ones((4, 4))]).astype(np.float32)
    tail: list[list[float]] = [[0, 1], [1, 0], [0, 1], [0, 0]]
    found = decode(wanted, columns(*tail), output1=prototypes[None])
    assert found.shapes is not None
    whole, empty = found.shapes
    assert isinstance(whole, Region)
    assert (6, 7, (4, 4), True) == (whole.left, whole.top, whole.inside.shape, bool(whole.inside.all()))
    assert empty is None


def test_keypoints_follow_as_points_of_the_input() -> None:
    wanted = card(keypoints=1)
    decoder = ultralytics(wanted)
    assert {"output0": (1, 10, None)} == dict(decoder.outputs)
    assert "pose_outlier" in decoder.signals
    found = decode(wanted, columns([1, 1, 1], [5, 6, 0.5], [7, 8, 0.25], [0, 0, 0]))
    assert found.shapes is not None
    points = [one.points.tolist() for one in found.shapes if isinstance(one, Skeleton)]
    assert [[[5, 6, 0.5]], [[7, 8, 0.25]]] == points


def test_an_angle_turns_the_box_and_its_rectangle() -> None:
    wanted = card(rotated=True)
    decoder = ultralytics(wanted)
    assert {"output0": (1, 8, None)} == dict(decoder.outputs)
    assert "angle_jump" in decoder.signals
    table = columns([0], [0], [np.pi / 2], [0])
    table[2] = 8  # twice as wide as high
    found = decode(wanted, table)
    np.testing.assert_allclose(found.boxes, [[4.0, 6.5, 12.0, 10.5], [6.0, 4.0, 10.0, 12.0]], atol=1e-5)
    assert found.shapes is not None
    turned = [one for one in found.shapes if isinstance(one, Turned)]
    np.testing.assert_allclose([one.degrees for one in turned], [0, 90], atol=1e-5)
    assert [(8.0, 4.0)] * 2 == [one.size for one in turned]


def test_nothing_is_found_in_silence() -> None:
    found = decode(card(keypoints=1), np.zeros((10, 5), np.float32))
    assert (0, ()) == (len(found.scores), found.shapes)


def test_wrong_parameters_are_refused_with_their_key() -> None:
    with pytest.raises(ModelError, match=r"decoder.parameters.layout: extra inputs") as caught:
        ultralytics(card(layout="v5"))
    assert "correct card.yaml" == caught.value.hint
