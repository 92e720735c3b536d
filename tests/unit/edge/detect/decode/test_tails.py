"""Tests of how a card says what follows a box."""

from typing import Any

import pytest
from pydantic import ValidationError

from askance.edge.detect.decode.masks import MaskTail
from askance.edge.detect.decode.poses import PoseTail
from askance.edge.detect.decode.rotated import AngleTail
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.decode.tails import TailParameters, tail_of
from askance.errors import ModelError
from support_decode import card_of

CARD = card_of("ultralytics", ["plane"])
BOXED = CARD.model_copy(update={"input": CARD.input.model_copy(update={"resize": "letterbox"})})


@pytest.mark.parametrize(
    ("parameters", "expected", "numbers"),
    [
        pytest.param({}, Tail, 0, id="a box alone"),
        pytest.param({"prototypes": "output1"}, MaskTail, 32, id="masks"),
        pytest.param({"prototypes": "output1", "coefficients": 16}, MaskTail, 16, id="fewer prototypes"),
        pytest.param({"keypoints": 17}, PoseTail, 51, id="keypoints with scores"),
        pytest.param({"keypoints": 4, "keypoint_values": 2}, PoseTail, 8, id="keypoints without"),
        pytest.param({"rotated": True}, AngleTail, 1, id="an angle"),
    ],
)
def test_parameters_choose_what_reads_the_rest(parameters: dict[str, Any], expected: type[Tail], numbers: int) -> None:
    tail = tail_of(TailParameters.model_validate(parameters), BOXED)
    assert (expected, numbers) == (type(tail), tail.numbers)


def test_only_one_thing_follows_a_box() -> None:
    with pytest.raises(ValidationError, match="do not go together"):
        TailParameters(prototypes="output1", rotated=True)


def test_turned_boxes_need_a_picture_that_keeps_its_angles() -> None:
    with pytest.raises(ModelError, match=r"tiny: decoder.parameters.rotated: a stretched picture") as caught:
        tail_of(TailParameters(rotated=True), CARD)
    assert "set input.resize to letterbox in card.yaml" == caught.value.hint
