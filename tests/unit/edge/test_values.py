"""Values are checked once, at birth, and say what they expected."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detections import Detections
from askance.edge.values import Area, Drop, Frame, Instant, Keep, Measure, Payer, Signal
from askance.wire.capture import Arm, ClockQuality, Priority
from askance.wire.identity import CameraId

TAKEN = Instant(0, None, ClockQuality.NONE)


@pytest.mark.parametrize(
    ("image", "says"),
    [
        pytest.param(np.zeros((4, 6), np.uint8), "(height, width, 3)", id="grey"),
        pytest.param(np.zeros((4, 6, 4), np.uint8), "(4, 6, 4)", id="alpha"),
        pytest.param(np.zeros((0, 6, 3), np.uint8), "(0, 6, 3)", id="empty"),
        pytest.param(np.zeros((4, 6, 3), np.float32), "float32", id="floats"),
    ],
)
def test_a_frame_is_a_colour_image_of_bytes(image: Any, says: str) -> None:  # noqa: ANN401 (a wrong type is the point)
    with pytest.raises(ValueError, match="expected an image") as caught:
        Frame(image, CameraId("gate"), TAKEN, 0)

    assert says in str(caught.value)


def test_a_frame_knows_its_size() -> None:
    frame = Frame(np.zeros((4, 6, 3), np.uint8), CameraId("gate"), TAKEN, 0)

    assert (6, 4) == (frame.width, frame.height)


def detections(**fields: Any) -> Detections:  # noqa: ANN401 (arrays of any shape)
    whole: dict[str, Any] = {
        "boxes": np.zeros((2, 4), np.float32),
        "scores": np.zeros(2, np.float32),
        "label_ids": np.zeros(2, np.int32),
        "class_scores": np.zeros((2, 5), np.float32),
        "reported": np.zeros(2, np.bool_),
    }
    return Detections(**{**whole, **fields})


def test_detections_have_one_row_each() -> None:
    assert 2 == len(detections())
    assert 2 == len(detections(class_scores=None))


@pytest.mark.parametrize(
    "field",
    [
        {"boxes": np.zeros((2, 5))},
        {"label_ids": np.zeros(3)},
        {"reported": np.zeros(1)},
        {"class_scores": np.zeros((3, 5))},
        {"class_scores": np.zeros(2)},
    ],
    ids=["boxes", "labels", "reported", "rows of classes", "no classes"],
)
def test_detections_of_different_lengths_are_refused(field: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        detections(**field)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_signal_lies_between_none_and_all(value: float) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        Signal("entropy", value, (), "")


@pytest.mark.parametrize(
    ("wish", "inside"),
    [
        (Measure("near_threshold", frozenset({1}), 0.3, 0.5), True),
        (Measure("near_threshold", frozenset({1, 2}), 0.2, 0.6), True),
        (Measure("near_threshold", None, 0.3, 0.5), False),
        (Measure("near_threshold", frozenset({3}), 0.3, 0.5), False),
        (Measure("near_threshold", frozenset({1}), 0.1, 0.5), False),
        (Measure("near_threshold", frozenset({1}), 0.3, 0.7), False),
        (Measure("near_threshold", frozenset({1}), 0.3, 0.5, Area(())), False),
        (Measure("entropy", frozenset({1})), False),
    ],
)
def test_a_band_lies_inside_another_one_of_no_fewer_labels(wish: Measure, *, inside: bool) -> None:
    assert inside == wish.inside(Measure("near_threshold", frozenset({1, 2}), 0.2, 0.6))
    assert not wish.inside(Measure("entropy"))
    assert (
        (wish.low is not None)
        == wish.inside(wish)
        == wish._replace(area=None).inside(Measure("near_threshold", None, 0.0, 1.0))
    )


def test_equal_drops_are_equal() -> None:
    assert Drop("gate.still") == Drop("gate.still")


def test_a_signal_at_its_bounds_is_one() -> None:
    assert [0.0, 1.0] == [Signal("entropy", value, (), "").value for value in (0.0, 1.0)]


def test_a_kept_frame_is_worth_what_those_who_pay_say() -> None:
    first = Payer("a", 0.9, Arm.TEMPORAL, Priority.FILLER)
    second = Payer("b", 0.4, Arm.UNCERTAINTY, Priority.DOUBTFUL)
    keep = Keep((), (first, second))

    assert (0.9, Arm.TEMPORAL, Priority.DOUBTFUL, None) == (
        keep.value,
        keep.arm,
        keep.priority,
        keep.inclusion_probability,
    )


def test_a_kept_frame_that_was_drawn_belongs_to_the_random_arm_with_the_greatest_chance() -> None:
    lots = [Payer(name, 0.1, Arm.RANDOM, Priority.FILLER, chance) for name, chance in (("b", 0.01), ("c", 0.1))]
    keep = Keep((), (Payer("a", 0.9, Arm.TEMPORAL, Priority.FILLER), *lots))

    assert (Arm.RANDOM, 0.1) == (keep.arm, keep.inclusion_probability)
