"""The filter of two states a number is the full filter of eight, and time steps may be of any length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge import kalman
from askance.edge.values import Bools

Matrix = NDArray[np.float64]
BOX = np.array([[100, 50, 160, 170]], np.float32)
SEEN = np.array([False])
STILL = np.eye(2, 3)


def later(motion: kalman.Motion, seconds: float, *, lost: Bools, ahead: float | None = None) -> kalman.Motion:
    """Expect all of the motion to go on, or some of it."""
    after = motion.copy()
    kalman.expect(after, seconds, ahead=np.full(len(lost), seconds if ahead is None else ahead), lost=lost)
    return after


def carried(motion: kalman.Motion, affine: Matrix) -> kalman.Motion:
    after = motion.copy()
    kalman.carry(after, affine)
    return after


def walk(seconds: float, *, steps: int, right: float, grow: float = 0.0) -> kalman.Motion:
    """A box that moves right and grows, pixels a second, seen at even times."""
    motion = kalman.begun(BOX)
    for step in range(1, steps + 1):
        so_far = seconds * step / steps
        motion = later(motion, seconds / steps, lost=SEEN)
        away = np.array([right - grow / 2, 0, right + grow / 2, 0]) * so_far
        kalman.correct(motion, (BOX + away).astype(np.float32))
    return motion


class Full:
    """SORT's filter written with matrices, for one box: state (x, y, width, height) and their velocities."""

    def __init__(self, box: Matrix) -> None:
        self.state = np.concatenate([self.measured(box), np.zeros(4)])
        side = self.side()
        self.covariance = np.diag(np.concatenate([(side / 10) ** 2, (side * 300 / 160) ** 2]))

    @staticmethod
    def measured(box: Matrix) -> Matrix:
        left, top, right, bottom = box.astype(float).tolist()
        return np.array([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top])

    def side(self) -> Matrix:
        return np.tile(self.state[2:4], 2)

    def expect(self, seconds: float) -> None:
        step, side = np.eye(8) + np.eye(8, k=4) * seconds, self.side()
        push, drift = (side * 30**1.5 / 160) ** 2, (side * 30**0.5 / 20) ** 2
        place, both, velocity = drift * seconds + push * seconds**3 / 3, push * seconds**2 / 2, push * seconds
        noise = np.block([[np.diag(place), np.diag(both)], [np.diag(both), np.diag(velocity)]])
        self.state = step @ self.state
        self.covariance = step @ self.covariance @ step.T + noise

    def correct(self, box: Matrix) -> None:
        look = np.eye(4, 8)
        spread = look @ self.covariance @ look.T + np.diag((self.side() / 20) ** 2)
        gain = self.covariance @ look.T @ np.linalg.inv(spread)
        self.state = self.state + gain @ (self.measured(box) - look @ self.state)
        self.covariance = (np.eye(8) - gain @ look) @ self.covariance


@given(
    st.lists(st.tuples(st.floats(0.01, 1), st.lists(st.floats(-3, 3), min_size=4, max_size=4)), min_size=1, max_size=8)
)
def test_it_computes_what_the_matrices_of_the_papers_do(steps: list[tuple[float, list[float]]]) -> None:
    motion, full, box = kalman.begun(BOX), Full(BOX[0].astype(np.float64)), BOX
    for seconds, away in steps:
        box = (box + np.array(away)).astype(np.float32)
        motion = later(motion, seconds, lost=SEEN)
        full.expect(seconds)
        kalman.correct(motion, box)
        full.correct(box[0].astype(np.float64))

    assert pytest.approx(full.state) == motion[:2, 0].ravel()
    assert pytest.approx(np.diag(full.covariance)) == motion[[2, 4], 0].ravel()
    assert pytest.approx(np.diag(full.covariance, k=4)) == motion[3, 0]


def test_a_box_begins_at_rest_where_it_was_seen() -> None:
    motion = kalman.begun(BOX)

    assert [130, 110, 60, 120] == motion[kalman.PLACE, 0].tolist()
    assert [0, 0, 0, 0] == motion[kalman.VELOCITY, 0].tolist()
    assert BOX.tolist() == kalman.boxes_of(motion).tolist()


@pytest.mark.parametrize("steps", [5, 10, 30])
def test_the_velocity_is_found_at_any_frame_rate(steps: int) -> None:
    motion = walk(1.0, steps=steps, right=80)

    assert pytest.approx(80, rel=0.1) == motion[kalman.VELOCITY, 0, 0]
    assert pytest.approx(130 + 80 * 1.5, rel=0.05) == later(motion, 0.5, lost=SEEN)[kalman.PLACE, 0, 0]


def test_two_short_steps_are_one_long_one() -> None:
    motion = walk(1.0, steps=10, right=80)
    long = later(motion, 0.4, lost=SEEN)
    short = later(later(motion, 0.2, lost=SEEN), 0.2, lost=SEEN)

    assert pytest.approx(long) == short


def test_a_box_goes_on_as_long_as_it_is_told_and_is_ever_less_known() -> None:
    motion = walk(1.0, steps=10, right=80)
    short, long = (later(motion, seconds, ahead=1.0, lost=SEEN)[:, 0] for seconds in (1.0, 60.0))

    assert pytest.approx(130 + 80 * 2, rel=0.05) == short[kalman.PLACE, 0]
    assert short[kalman.PLACE].tolist() == long[kalman.PLACE].tolist()
    assert (long[2] > 100 * short[2]).all()


def test_what_an_object_may_have_moved_grows_with_time() -> None:
    """The spreads are those that the filter's own variances have, in sides."""
    unknown = later(kalman.begun(BOX), 0.5, lost=SEEN)[2, 0, 0] ** 0.5 / 60
    steady = np.zeros((5, 1, 4))
    steady[kalman.PLACE, 0] = [130, 110, 60, 120]
    pushed = later(steady, 0.5, lost=SEEN)[2, 0, 0] / 60**2

    assert 0 == kalman.reach(0) == kalman.stray(0)
    assert kalman.reach(0.5) == 1.875 / 2
    assert unknown == pytest.approx((kalman.reach(0.5) ** 2 + kalman.stray(0.5) ** 2 + 0.1**2 + 0.5 * 30 / 400) ** 0.5)
    assert pushed == pytest.approx(kalman.stray(0.5) ** 2 + 0.5 * 30 / 400)


def test_the_size_of_a_lost_box_stays() -> None:
    motion = walk(1.0, steps=10, right=80, grow=20)
    seen, lost = (later(motion, 1.0, lost=np.array([gone]))[kalman.PLACE, 0] for gone in (False, True))

    assert seen[2] > motion[kalman.PLACE, 0, 2] + 10
    assert lost[2] == motion[kalman.PLACE, 0, 2]
    assert lost[0] == seen[0]


def test_a_box_without_size_still_has_a_place() -> None:
    line = np.array([[10, 10, 10, 30]], np.float32)
    motion = later(kalman.begun(line), 0.1, lost=SEEN)
    kalman.correct(motion, line)

    assert np.isfinite(motion).all()
    assert [[9.5, 10, 10.5, 30]] == kalman.boxes_of(motion).tolist()


def test_a_picture_that_moves_carries_places_and_nothing_else() -> None:
    motion = walk(1.0, steps=10, right=80)
    moved = carried(motion, STILL + np.array([[0, 0, 7], [0, 0, -3]]))

    assert (motion[kalman.PLACE, 0] + [7, -3, 0, 0]).tolist() == moved[kalman.PLACE, 0].tolist()
    assert motion[1:].tolist() == moved[1:].tolist()


def test_a_picture_that_grows_carries_sizes_and_spreads_too() -> None:
    motion = walk(1.0, steps=10, right=80, grow=20)
    moved = carried(motion, 2 * STILL)

    assert pytest.approx(2 * motion[:2]) == moved[:2]
    assert pytest.approx(4 * motion[2:]) == moved[2:]


def test_a_quarter_turn_swaps_the_axes() -> None:
    motion = walk(1.0, steps=10, right=80, grow=20)
    moved = carried(motion, np.array([[0.0, -1.0, 500.0], [1.0, 0.0, 0.0]]))
    x, y, width, height = motion[kalman.PLACE, 0].tolist()

    assert [500 - y, x, height, width] == moved[kalman.PLACE, 0].tolist()
    assert pytest.approx(motion[kalman.VELOCITY, 0, 0]) == moved[kalman.VELOCITY, 0, 1]
    assert motion[2:, 0, [1, 0, 3, 2]].tolist() == moved[2:, 0].tolist()
