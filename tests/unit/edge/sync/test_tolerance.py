"""What breaks the line is shortened, what cannot be shortened is set aside, and the limit is tried again."""

import pytest

from askance.edge.sync.tolerance import BACK_OFF, FLOOR, LAST_STRIKES, STRIKES, TRIAL, Tolerance
from askance.wire.identity import FrameId

A, B = FrameId("A"), FrameId("B")
MOST = 48 * 1024


def fall(on: Tolerance, length: int) -> None:
    """Break the line often enough over messages of a length."""
    for _ in range(STRIKES):
        assert on.strike(A, length) is None


def test_breaks_in_a_row_over_a_frame_halve_what_is_sent() -> None:
    on = Tolerance(MOST, ceiling=None)
    fall(on, 40_000)

    assert 20_000 == on.ceiling


def test_breaks_over_two_frames_are_two_stories() -> None:
    on = Tolerance(MOST, ceiling=None)
    on.strike(A, 40_000)
    on.strike(B, 40_000)
    on.passed(A, 40_000)
    on.strike(A, 40_000)

    assert on.ceiling is None


def test_nothing_shorter_than_the_floor_is_tried() -> None:
    on = Tolerance(MOST, ceiling=None)
    fall(on, FLOOR + 1)
    assert FLOOR == on.ceiling

    assert not any(on.strike(A, FLOOR) for _ in range(2 * LAST_STRIKES))
    assert FLOOR == on.ceiling


def doom(on: Tolerance, frame_id: FrameId) -> None:
    """Break the line over a frame until it is held back."""
    for _ in range(LAST_STRIKES):
        assert frame_id not in on.held_back
        assert on.strike(frame_id, FLOOR) is None
    assert frame_id in on.held_back


@pytest.mark.parametrize("when", ["before it is held back", "afterwards"])
def test_a_frame_that_alone_breaks_the_line_is_set_aside(when: str) -> None:
    on = Tolerance(MOST, ceiling=None)
    on.strike(A, FLOOR)
    if when == "before it is held back":
        on.passed(B, 10)
    for _ in range(LAST_STRIKES - 1):
        assert on.strike(A, FLOOR) is None
    if when == "afterwards":
        on.passed(B, 10)
    assert {A} == on.held_back

    assert A == on.strike(A, FLOOR)
    assert frozenset() == on.held_back


def test_a_message_of_another_frame_counts_only_after_the_first_break() -> None:
    on = Tolerance(MOST, ceiling=None)
    on.passed(B, 10)
    doom(on, A)
    on.passed(A, 10)
    doom(on, A)

    assert on.strike(A, FLOOR) is None


def test_what_was_taken_before_the_messages_became_shorter_counts_no_more() -> None:
    on = Tolerance(MOST, ceiling=None)
    on.strike(A, FLOOR + 1)
    on.passed(B, 10)
    on.strike(A, FLOOR + 1)
    doom(on, A)

    assert on.strike(A, FLOOR) is None


def test_a_broker_that_hangs_up_on_every_frame_is_in_trouble_and_none_is_set_aside() -> None:
    on = Tolerance(MOST, ceiling=None)
    doom(on, A)
    assert on.in_vain
    doom(on, B)
    assert {A, B} == on.held_back

    assert on.strike(A, FLOOR) is None
    assert {A} == on.held_back  # the other goes before it again
    assert on.in_vain
    on.passed(B, 10)
    assert not on.in_vain
    assert A == on.strike(A, FLOOR)


def test_a_frame_that_passes_is_no_suspect_any_more() -> None:
    on = Tolerance(MOST, ceiling=None)
    doom(on, A)
    on.passed(A, 10)

    assert (frozenset(), False) == (on.held_back, on.in_vain)


def test_twice_the_length_is_tried_when_many_of_the_longest_have_passed() -> None:
    on = Tolerance(MOST, ceiling=10_000)
    for _ in range(TRIAL - 1):
        on.passed(A, 10_000)
    on.passed(A, 9_999)
    assert 10_000 == on.ceiling

    on.passed(A, 10_000)
    assert 20_000 == on.ceiling


@pytest.mark.parametrize(("ceiling", "length"), [(None, MOST), (MOST, MOST)], ids=["no ceiling", "all that is wanted"])
def test_more_than_what_is_wanted_is_not_tried(ceiling: int | None, length: int) -> None:
    on = Tolerance(MOST, ceiling=ceiling)
    for _ in range(2 * TRIAL):
        on.passed(A, length)

    assert ceiling == on.ceiling


def test_the_last_step_is_no_longer_than_what_is_wanted() -> None:
    on = Tolerance(MOST, ceiling=30_000)
    for _ in range(TRIAL):
        on.passed(A, 30_000)

    assert MOST == on.ceiling


def test_a_limit_that_stands_is_tried_less_and_less_often() -> None:
    on = Tolerance(MOST, ceiling=10_000)
    for wanted in (TRIAL, BACK_OFF * TRIAL, BACK_OFF**2 * TRIAL):
        for _ in range(wanted - 1):
            on.passed(A, 10_000)
        assert 10_000 == on.ceiling
        on.passed(A, 10_000)
        fall(on, 20_000)


def test_a_bad_day_in_between_is_no_limit() -> None:
    on = Tolerance(MOST, ceiling=10_000)
    fall(on, 10_000)
    for length in (5_000, 10_000):
        for _ in range(TRIAL):
            on.passed(A, length)

    assert 20_000 == on.ceiling


def test_a_story_that_ended_earlier_does_not_lengthen_what_is_sent() -> None:
    on = Tolerance(MOST, ceiling=None)

    assert on.shorten(20_000)
    assert on.shorten(40_000)
    assert 10_000 == on.ceiling
    assert not on.shorten(FLOOR)
