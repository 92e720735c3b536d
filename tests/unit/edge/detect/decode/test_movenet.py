"""Tests of the MoveNet decoder: shares of the input become pixels of the frame."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.movenet import Movenet, movenet
from askance.edge.detect.fit import fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Skeleton
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import SIDE, card_of, same


def card(**parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    given = {"output": "people", "people": "many", "joints": 2} | parameters
    return card_of("movenet", ["person"], **given)


def many(*people: list[float]) -> dict[str, Floats]:
    return {"people": np.array([people], np.float32)}


FIRST = [0.25, 0.5, 0.9, 0.75, 0.5, 0.1, 0.125, 0.25, 0.875, 0.75, 0.6]
SECOND = [0.0, 0.0, 0.4, 1.0, 1.0, 1.5, 0.0, 0.0, 1.0, 1.0, 0.8]
NOBODY = [0.0] * 11


def test_the_table_has_the_family() -> None:
    assert isinstance(DECODERS["movenet"](card()), Movenet)
    assert {"near_threshold", "pose_outlier"} == movenet(card()).signals


def test_many_people_come_best_first_with_the_boxes_given() -> None:
    found = movenet(card()).decode(many(FIRST, NOBODY, SECOND), fit=same(width=SIDE), floor=0.1, most=9)
    np.testing.assert_allclose(found.scores, [0.8, 0.6])
    np.testing.assert_allclose(found.boxes, [[0, 0, 16, 16], [4, 2, 12, 14]])
    assert [0, 0] == found.columns.tolist()
    assert found.shapes is not None
    best, other = found.shapes
    assert isinstance(best, Skeleton)
    assert isinstance(other, Skeleton)
    np.testing.assert_allclose(other.points, [[8, 4, 0.9], [8, 12, 0.1]])
    np.testing.assert_allclose(best.points, [[0, 0, 0.4], [16, 16, 1.0]])


def test_not_more_people_than_wanted() -> None:
    found = movenet(card()).decode(many(FIRST, SECOND), fit=same(width=SIDE), floor=0.1, most=1)
    np.testing.assert_allclose(found.scores, [0.8])


def test_points_find_back_through_a_letterbox() -> None:
    wanted = card()
    place = fit(wanted.input.model_copy(update={"resize": "letterbox"}), width=32, height=16)
    found = movenet(wanted).decode(many(FIRST), fit=place, floor=0.1, most=9)
    np.testing.assert_allclose(found.boxes, [[8, -4, 24, 20]])
    assert found.shapes is not None
    assert isinstance(found.shapes[0], Skeleton)
    np.testing.assert_allclose(found.shapes[0].points, [[16, 0, 0.9], [16, 16, 0.1]])


def one(*joints: tuple[float, float, float]) -> dict[str, Floats]:
    return {"people": np.array([[joints]], np.float32)}


def test_one_persons_box_is_around_the_visible_joints_and_the_score_is_the_mean() -> None:
    decoder = movenet(card(people="one", joints=3))
    given = one((0.25, 0.5, 0.9), (0.75, 0.25, 0.2), (1.0, 1.0, 0.1))
    found = decoder.decode(given, fit=same(width=SIDE), floor=0.1, most=9)
    np.testing.assert_allclose(found.boxes, [[4, 4, 8, 12]])
    np.testing.assert_allclose(found.scores, [0.4], atol=1e-6)
    assert found.shapes is not None
    assert isinstance(found.shapes[0], Skeleton)
    assert (3, 3) == found.shapes[0].points.shape


@pytest.mark.parametrize("score", [pytest.param(0.15, id="no joint visible"), pytest.param(0.05, id="too weak")])
def test_where_nobody_is_seen_nobody_comes_out(score: float) -> None:
    decoder = movenet(card(people="one"))
    found = decoder.decode(one((0.1, 0.1, score), (0.2, 0.2, score)), fit=same(width=SIDE), floor=0.1, most=9)
    assert (0, 4) == found.boxes.shape
    assert () == found.shapes


def test_the_outputs_shape_follows_from_the_people() -> None:
    assert {"people": (1, None, 11)} == movenet(card()).outputs
    assert {"people": (1, 1, 2, 3)} == movenet(card(people="one")).outputs


def test_a_second_class_is_refused() -> None:
    with pytest.raises(ModelError, match="expected 1"):
        movenet(card_of("movenet", ["person", "car"], output="people", people="one"))


def test_wrong_parameters_are_refused_with_their_key() -> None:
    with pytest.raises(ModelError, match=r"decoder\.parameters\.people"):
        movenet(card(people="few"))
