"""Frames are judged in order, each once, with those around it, and none waits for ever."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.view import Moment, untracked
from askance.edge.window import (
    BEFORE,
    MOST_PATIENCE_NS,
    PATIENCE_NS,
    Ripe,
    Waiting,
    Window,
    flush,
    patience_ns,
    push,
    wait,
)
from support_scenes import CAR, SIZE, scene

TENTH_NS = 10**8


def frame(number: int, *, at_ns: int | None = None) -> Waiting[int]:
    found = scene((CAR, 0.5))
    at_ns = number * TENTH_NS if at_ns is None else at_ns
    return Waiting(untracked(found, at_ns=at_ns), SIZE, number)


def around(ripe: Ripe[int]) -> list[tuple[int, list[int], list[int]]]:
    """Number of each judged frame, and the times of those before and after it, in tenths of a second."""

    def tenths(moments: tuple[Moment, ...]) -> list[int]:
        return [moment.at_ns // TENTH_NS for moment in moments]

    return [(item, tenths(view.before), tenths(view.after)) for view, item in ripe]


def test_a_frame_is_judged_when_the_frames_after_it_are_there() -> None:
    window, first = push(Window[int](), frame(0), ahead=2)
    window, second = push(window, frame(1), ahead=2)
    window, third = push(window, frame(2), ahead=2)
    window, fourth = push(window, frame(3), ahead=2)

    assert (first, second) == ((), ())
    assert around(third) == [(0, [], [1, 2])]
    assert around(fourth) == [(1, [0], [2, 3])]
    assert around(flush(window)[1]) == [(2, [0, 1], [3]), (3, [0, 1, 2], [])]


def test_without_looking_ahead_every_frame_is_judged_at_once() -> None:
    window, ripe = push(Window[int](), frame(0), ahead=0)

    assert around(ripe) == [(0, [], [])]
    assert window.waiting == ()


def test_a_frame_after_which_nothing_comes_is_judged_when_its_time_is_up() -> None:
    window, _ = push(Window[int](), frame(0), ahead=2)
    window, early = wait(window, now_ns=PATIENCE_NS - 1)
    window, late = wait(window, now_ns=PATIENCE_NS)

    assert early == ()
    assert around(late) == [(0, [], [])]
    assert wait(window, now_ns=2 * PATIENCE_NS)[1] == ()


@pytest.mark.parametrize(
    ("gap_ns", "expected_ns"),
    [
        (0, PATIENCE_NS),
        (TENTH_NS, PATIENCE_NS),
        (10**9, 2_500_000_000),
        (10**10, 25 * 10**9),
        (10**18, MOST_PATIENCE_NS),
        (-(10**18), PATIENCE_NS),
    ],
)
def test_a_frame_waits_the_longer_the_rarer_frames_are(gap_ns: int, expected_ns: int) -> None:
    assert patience_ns(gap_ns) == expected_ns


def test_a_frame_of_a_slow_camera_is_judged_with_those_after_it() -> None:
    """A frame every ten seconds, none of them punctual."""
    window, judged = Window[int](), list[tuple[int, list[int], list[int]]]()
    for number, at_ns in enumerate((0, 101 * TENTH_NS, 200 * TENTH_NS, 303 * TENTH_NS, 399 * TENTH_NS)):
        waiting = replace(frame(number, at_ns=at_ns), patience_ns=patience_ns(10**10))
        window, ripe = push(window, waiting, ahead=2)
        judged += around(ripe)

    assert judged == [(0, [], [101, 200]), (1, [0], [200, 303]), (2, [0, 101], [303, 399])]


@pytest.mark.parametrize("at_ns", [-(10**18), 10**18])
def test_a_clock_that_jumps_lets_nothing_wait(at_ns: int) -> None:
    window, _ = push(Window[int](), frame(0), ahead=2)
    _, ripe = push(window, frame(1, at_ns=at_ns), ahead=2)

    assert 0 in [item for _, item in ripe]


@given(st.lists(st.integers(0, 3 * PATIENCE_NS), max_size=40), st.integers(0, 3))
def test_every_frame_is_judged_once_and_in_order_and_little_is_remembered(gaps: list[int], ahead: int) -> None:
    window, judged, now_ns = Window[int](), list[int](), 0
    for number, gap in enumerate(gaps):
        now_ns += gap
        window, ripe = push(window, frame(number, at_ns=now_ns), ahead=ahead)
        judged += [item for _, item in ripe]
        assert len(window.waiting) <= ahead
        assert len(window.before) <= BEFORE
        assert all(len(view.after) <= ahead for view, _ in ripe)
    judged += [item for _, item in flush(window)[1]]

    assert judged == list(range(len(gaps)))
