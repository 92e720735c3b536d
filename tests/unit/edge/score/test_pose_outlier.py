"""Keypoints that no body can have are doubtful."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score import Lore
from askance.edge.score.body import Body
from askance.edge.score.pose_outlier import LIMB, LONG, OUTSIDE, pose_outlier
from askance.edge.shapes import Shape, Skeleton
from askance.edge.values import Measure, Signal
from askance.edge.view import View
from support_forms import BOX, course, shaped
from support_scenes import CAR, LORE, NAMES, PERSON, scene, still

ANY = Measure("pose_outlier")
WIDTH, HEIGHT = BOX[2] - BOX[0], BOX[3] - BOX[1]
DIAGONAL = (WIDTH**2 + HEIGHT**2) ** 0.5
POINTS = ("head", "left hand", "right hand", "left foot", "right foot", "hip")
LIMBS = ((0, 5), (5, 1), (5, 2), (5, 3), (5, 4))
STANDING = {0: (150, 120), 1: (110, 180), 2: (190, 180), 3: (120, 290), 4: (180, 290), 5: (150, 200)}
BODIES = replace(LORE, bodies={PERSON: Body(POINTS, LIMBS, ((1, 2), (3, 4)))})
Spot = tuple[float, float]


def pose(moved: Mapping[int, Spot] | None = None, *, guessed: Sequence[int] = (), points: int = 6) -> Skeleton:
    """A standing body, with some points elsewhere and some that are guesses."""
    places = STANDING | dict(moved or {})
    return Skeleton(
        np.array([(*places[point], 0.1 if point in guessed else 0.9) for point in range(points)], np.float64)
    )


EXCHANGED = pose({1: STANDING[2], 2: STANDING[1], 3: STANDING[4], 4: STANDING[3]})


def measured(view: View, *, wish: Measure = ANY, lore: Lore = BODIES) -> Signal:
    signal = pose_outlier(view, wish, lore=lore)
    assert signal is not None
    return signal


def seen(*shapes: Shape | None, lore: Lore = BODIES, scores: list[float] | None = None, wish: Measure = ANY) -> Signal:
    return measured(still(shaped(*shapes, label=PERSON, scores=scores)), wish=wish, lore=lore)


def test_a_body_that_can_be_is_not_doubted() -> None:
    assert seen(pose()) == Signal("pose_outlier", 0.0, (), "no body that cannot be")


def test_a_point_outside_the_box_counts_by_how_far() -> None:
    away = OUTSIDE * 2 * DIAGONAL
    signal = seen(pose({1: (BOX[0] - away, 180)}))
    assert signal.value == pytest.approx(0.5)
    assert (signal.objects, signal.text) == ((0,), "a keypoint of person lies outside its box, by 20% of it")
    assert seen(pose({1: (BOX[0] - away, 180)}, guessed=[1])).value == 0


def test_boxes_end_where_the_picture_does() -> None:
    box = (0.0, 100.0, 100.0, 300.0)
    beyond = Skeleton(pose({1: (0, 180)}).points - (100, 0, 0))
    view = still(shaped(beyond, label=PERSON, boxes=[box]))
    assert beyond.points[1, 0] == -100
    assert measured(view).value == 0


def test_a_limb_that_is_too_long_is_named() -> None:
    flung, reach = {5: (150, 290), 3: (150, 285), 4: (150, 285), 0: (150, 100), 1: (150, 280)}, 190.0
    signal = seen(pose(flung))
    assert signal.value == pytest.approx((reach / (DIAGONAL * LIMB) - LONG) / LONG)
    assert signal.text == f"head and hip of person lie {reach / (DIAGONAL * LIMB):.1f} usual limbs apart"
    assert seen(pose(flung, guessed=[0, 2])).value == 0


def test_the_usual_limb_is_the_median_of_those_that_are_seen() -> None:
    # limbs of 400, 90 and 90 within a box that is 100 pixels wide: the median is the lower of the middle ones
    tall = (100.0, 0.0, 200.0, 400.0)
    points = Skeleton(
        np.array([(150, 400, 0.9), (150, 90, 0.9), (60, 0, 0.1), (150, 90, 0.9), (240, 0, 0.1), (150, 0, 0.9)])
    )
    diagonal = (100**2 + 400**2) ** 0.5
    usual = max(90, diagonal * LIMB)
    assert measured(still(shaped(points, label=PERSON, boxes=[tall]))).value == pytest.approx(
        max(0, (400 / usual - LONG) / LONG)
    )
    assert seen(pose(guessed=range(6))).value == 0
    assert seen(pose(guessed=[0, 1, 2, 3])).value == 0


def test_left_and_right_that_are_exchanged_for_a_moment_are_seen() -> None:
    view = course(pose(), now=EXCHANGED, after=[pose()], label=PERSON)
    signal = measured(view)
    assert signal.value == pytest.approx(1.0)
    assert signal.objects == (0,)
    assert signal.text == "left and right of person are exchanged, against the frames before and after"


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(course(pose(), now=EXCHANGED, label=PERSON), id="nothing after"),
        pytest.param(course(now=EXCHANGED, after=[pose()], label=PERSON), id="nothing before"),
        pytest.param(course(pose(), now=EXCHANGED, after=[EXCHANGED], label=PERSON), id="it has turned round"),
        pytest.param(course(pose(), now=pose(), after=[pose()], label=PERSON), id="it stands"),
        pytest.param(course(pose(points=5), now=EXCHANGED, after=[pose()], label=PERSON), id="other points"),
        pytest.param(course(None, now=EXCHANGED, after=[None], label=PERSON), id="no keypoints around"),
        pytest.param(
            course(pose(guessed=range(6)), now=EXCHANGED, after=[pose()], label=PERSON), id="guessed in one of them"
        ),
    ],
)
def test_anything_else_is_no_exchange(view: View) -> None:
    assert measured(view).value == 0


def test_a_body_in_profile_may_exchange_what_lies_side_by_side() -> None:
    narrow = {1: (149.0, 180.0), 2: (151.0, 180.0), 3: (149.0, 290.0), 4: (151.0, 290.0)}
    turned = {1: narrow[2], 2: narrow[1], 3: narrow[4], 4: narrow[3]}
    assert measured(course(pose(narrow), now=pose(turned), after=[pose(narrow)], label=PERSON)).value == 0


def test_without_a_body_only_the_box_is_asked() -> None:
    view = course(pose(), now=EXCHANGED, after=[pose()], label=PERSON)
    limbless = replace(LORE, bodies={PERSON: Body(POINTS, (), ())})
    shorter = replace(LORE, bodies={PERSON: Body(POINTS[:5], LIMBS[1:2], ((1, 2),))})
    for lore in (LORE, limbless, shorter):
        assert measured(view, lore=lore).value == 0
        assert seen(pose({1: (-100, 180)}), lore=lore).value > 0


def test_each_body_counts_and_the_worst_speaks() -> None:
    far, near = pose({1: (BOX[0] - 0.3 * DIAGONAL + 1, 180)}), pose({1: (BOX[0] - 0.15 * DIAGONAL, 180)})
    signal = seen(near, pose(), far)
    assert signal.objects == (2, 0)
    assert signal.value >= seen(far).value
    assert signal.text.endswith(", and 1 more")


def test_only_reported_objects_with_a_label_that_was_asked_for_count() -> None:
    assert seen(pose({1: (-100, 180)}), scores=[0.3]).value == 0
    assert seen(pose({1: (-100, 180)}), wish=Measure("pose_outlier", frozenset({CAR}))).value == 0


def test_a_detector_without_keypoints_has_no_poses() -> None:
    assert pose_outlier(still(scene((CAR, 0.9))), ANY, lore=BODIES) is None


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_point_that_lies_farther_off_never_counts_less(one: float, other: float) -> None:
    near, far = sorted((one, other))
    values = [seen(pose({1: (BOX[0] - by, 180)}), lore=Lore(NAMES)).value for by in (near, far)]
    assert 0 <= values[0] <= values[1] <= 1


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900), st.floats(0, 1)), min_size=6, max_size=6))
def test_whatever_the_points_the_value_stays_in_bounds(points: list[tuple[float, float, float]]) -> None:
    wild = Skeleton(np.array(points))
    assert 0 <= measured(course(wild, now=EXCHANGED, after=[wild], label=PERSON)).value <= 1
    assert 0 <= measured(course(pose(), now=wild, after=[pose()], label=PERSON)).value <= 1
