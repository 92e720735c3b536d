"""Rotated boxes whose angle jumps are doubtful."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.angle_jump import USUAL, angle_jump
from askance.edge.shapes import Turned
from askance.edge.values import Measure, Signal
from support_forms import course
from support_scenes import CAR, LORE, PERSON, scene, still
from support_tracks import TENTH_NS

ANY = Measure("angle_jump")


def at(degrees: float, *, width: float = 60.0, height: float = 20.0) -> Turned:
    return Turned((100.0, 100.0), (width, height), degrees)


def value(*before: Turned | None, now: Turned, times: list[int] | None = None) -> float:
    signal = angle_jump(course(*before, now=now, times=times), ANY, lore=LORE)
    assert signal is not None
    return signal.value


def test_a_box_that_jumps_is_named() -> None:
    signal = angle_jump(course(at(10), now=at(60)), ANY, lore=LORE)
    assert signal is not None
    assert signal.value == pytest.approx((50 - USUAL) / (90 - USUAL))
    assert (signal.objects, signal.text) == ((0,), "the angle of car (track 1) jumps by 50 degrees")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param([], at(60), id="nothing before"),
        pytest.param([None], at(60), id="no rotated box before"),
        pytest.param([at(10)], at(15), id="trembling"),
        pytest.param([at(170)], at(-5), id="half a turn"),
        pytest.param([at(10)], at(100, width=20, height=60), id="sides exchanged"),
        pytest.param([at(0), at(30)], at(60), id="even turn"),
        pytest.param([at(0), at(30)], at(30), id="turn that stops"),
        pytest.param([at(150), at(175)], at(20), id="even turn through the half"),
        pytest.param([at(10, width=20)], at(80, width=20), id="square"),
    ],
)
def test_anything_else_is_no_jump(before: list[Turned | None], now: Turned) -> None:
    assert value(*before, now=now) == 0


def test_a_turn_goes_on_with_time() -> None:
    assert value(at(0), at(20), now=at(60), times=[0, TENTH_NS, 3 * TENTH_NS]) == 0
    assert value(at(0), at(20), now=at(60), times=[0, TENTH_NS, 2 * TENTH_NS]) > 0
    assert value(at(0), at(20), now=at(60), times=[TENTH_NS, TENTH_NS, 2 * TENTH_NS]) > 0


def test_a_box_that_is_nearly_square_counts_less_and_one_without_a_side_whole() -> None:
    assert value(at(0), now=at(90)) == 1.0
    assert value(at(0, width=30), now=at(90)) == pytest.approx(0.5)
    assert value(at(0, height=0), now=at(90, height=0)) == 1.0


def test_only_the_labels_that_were_asked_for_count() -> None:
    signal = angle_jump(course(at(0), now=at(90)), Measure("angle_jump", frozenset({PERSON})), lore=LORE)
    assert signal == Signal("angle_jump", 0.0, (), "no angle that jumps")


def test_a_detector_without_rotated_boxes_has_no_angles() -> None:
    assert angle_jump(still(scene((CAR, 0.9))), ANY, lore=LORE) is None


@given(st.floats(0, 90), st.floats(0, 90), st.floats(-180, 180))
def test_a_greater_jump_never_counts_less(one: float, other: float, start: float) -> None:
    small, great = sorted((one, other))
    values = [value(at(start), now=at(start + jump)) for jump in (small, great)]
    assert 0 <= values[0] <= values[1] + 1e-9 <= 1 + 1e-9
