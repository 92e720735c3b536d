"""3D boxes that change at once are doubtful."""

from itertools import product
from math import cos, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.cuboid_jitter import SURE, USUAL, cuboid_jitter
from askance.edge.shapes import Placement, Solid
from askance.edge.values import Measure, Signal
from support_forms import course
from support_scenes import CAR, LORE, PERSON, scene, still
from support_tracks import TENTH_NS

ANY = Measure("cuboid_jitter")
SIDES = (2.0, 1.0, 1.0)


def solid(
    turn: float = 0.0,
    *,
    size: tuple[float, float, float] = SIDES,
    placed: bool = True,
    metric: bool = True,
    away: float = 9.0,
    left: float = 0.0,
) -> Solid:
    """A box turned about the camera's y by some degrees, as a camera before it sees it."""
    half = radians(turn) / 2
    place = Placement((cos(half), 0.0, sin(half), 0.0), (left, 0.0, away), size, metric)
    corners = np.array(list(product((-0.5, 0.5), repeat=3))) * size
    c, s = cos(radians(turn)), sin(radians(turn))
    corners = corners @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T + (left, 0.0, away)
    points = np.concatenate([[[left, 0.0, away]], corners])
    return Solid(points[:, :2] / points[:, 2:] * 500.0, place if placed else None)


def value(*before: Solid | None, now: Solid, times: list[int] | None = None) -> float:
    signal = cuboid_jitter(course(*before, now=now, times=times), ANY, lore=LORE)
    assert signal is not None
    return signal.value


def test_a_side_that_grows_counts_by_the_share_of_the_box() -> None:
    signal = cuboid_jitter(course(solid(), now=solid(size=(3.0, 1.0, 1.0))), ANY, lore=LORE)
    moved = 0.5 / 1.5**0.5  # of half sides of 1, 0.5 and 0.5 the first becomes 1.5
    assert signal is not None
    assert signal.value == pytest.approx((moved - USUAL) / (SURE - USUAL))
    assert signal.text == "the 3D box of car (track 1) jumps: its corners move by 41% of its size"
    assert signal.objects == (0,)


def test_a_turn_at_once_is_seen_in_space_and_in_the_picture() -> None:
    assert value(solid(), now=solid(60)) == 1.0
    assert value(solid(placed=False), now=solid(60, placed=False)) > 0.3


@pytest.mark.parametrize("placed", [True, False])
def test_motion_turning_evenly_and_trembling_are_no_jump(*, placed: bool) -> None:
    assert value(solid(placed=placed), now=solid(placed=placed, away=12.0, left=1.0)) == 0
    assert value(solid(placed=placed), solid(20, placed=placed), now=solid(40, placed=placed)) == 0
    assert value(solid(placed=placed), solid(20, placed=placed), now=solid(20, placed=placed)) == 0
    assert value(solid(placed=placed), now=solid(5, placed=placed)) == 0


def test_a_turn_goes_on_with_time() -> None:
    times = [0, TENTH_NS, 3 * TENTH_NS]
    assert value(solid(), solid(10), now=solid(30), times=times) == 0
    assert value(solid(), solid(10), now=solid(30), times=[TENTH_NS, TENTH_NS, 2 * TENTH_NS]) > 0


def test_lengths_of_two_kinds_are_compared_in_the_picture() -> None:
    double = (4.0, 2.0, 2.0)
    assert value(solid(), now=solid(size=double, away=18.0)) == 1.0
    assert value(solid(), now=solid(size=double, away=18.0, metric=False)) == 0.0


def test_what_was_no_3d_box_before_or_was_not_asked_for_is_no_jump() -> None:
    nothing = Signal("cuboid_jitter", 0.0, (), "no 3D box that jumps")
    assert cuboid_jitter(course(None, now=solid(60)), ANY, lore=LORE) == nothing
    wish = Measure("cuboid_jitter", frozenset({PERSON}))
    assert cuboid_jitter(course(solid(), now=solid(60)), wish, lore=LORE) == nothing


def test_a_detector_without_3d_boxes_has_none_that_jump() -> None:
    assert cuboid_jitter(still(scene((CAR, 0.9))), ANY, lore=LORE) is None


def test_points_on_one_place_do_no_harm() -> None:
    flat = Solid(np.ones((9, 2)))
    assert value(flat, now=flat) == 0.0


@given(st.floats(0, 90), st.floats(0, 90))
def test_a_greater_turn_never_counts_less_in_space(one: float, other: float) -> None:
    small, great = sorted((one, other))
    values = [value(solid(), now=solid(turn)) for turn in (small, great)]
    assert 0 <= values[0] <= values[1] + 1e-9 <= 1 + 1e-9
