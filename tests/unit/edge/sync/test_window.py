"""What is in flight stays within bounds, and a broken line tells what to send next time."""

from collections.abc import Sequence
from math import inf

import pytest

from askance.edge.sync.backlog import MOST
from askance.edge.sync.tolerance import FLOOR, LAST_STRIKES
from askance.edge.sync.window import HEADROOM, SLOW_S, Flight, Window
from askance.wire.identity import FrameId

A, B, C = FrameId("A"), FrameId("B"), FrameId("C")
KIB = 1024


def window(*, messages: int = 8, payload: int = 60 * KIB, chunk: int = 48 * KIB, keepalive_s: float = 30.0) -> Window:
    made = Window(messages=messages, payload=payload, chunk=chunk, keepalive_s=keepalive_s)
    made.open(receive_maximum=None, maximum_packet=None)
    return made


def fly(on: Window, flights: Sequence[Flight]) -> None:
    for ticket, flight in enumerate(flights, start=1):
        on.depart(ticket, flight)


def test_bytes_in_flight_stay_within_the_bound() -> None:
    on = window()
    fly(on, [Flight(A, 48 * KIB, 0.0)])

    assert on.fits(12 * KIB)
    assert not on.fits(12 * KIB + 1)


def test_a_message_longer_than_the_bound_goes_alone() -> None:
    on = window(payload=5000, chunk=9000)

    assert on.fits(9000)
    fly(on, [Flight(A, 9000, 0.0)])
    assert not on.fits(1)


@pytest.mark.parametrize(
    ("messages", "receive_maximum", "most"),
    [(8, None, 8), (8, 3, 3), (8, 20, 8), (1, None, 1)],
    ids=["ours", "the broker's", "the smaller of both", "one"],
)
def test_messages_in_flight_stay_within_both_bounds(messages: int, receive_maximum: int | None, most: int) -> None:
    on = window(messages=messages)
    on.open(receive_maximum=receive_maximum, maximum_packet=None)
    flown = 0
    while on.fits(1):
        flown += 1
        on.depart(flown, Flight(A, 1, 0.0))

    assert most == flown


@pytest.mark.parametrize(
    ("maximum_packet", "expected"),
    [(None, 48 * KIB), (10**6, 48 * KIB), (10_000, 10_000 - HEADROOM), (1000, 1000 - HEADROOM), (100, 1)],
)
def test_a_chunk_keeps_below_what_the_broker_announced(maximum_packet: int | None, expected: int) -> None:
    on = window()
    on.open(receive_maximum=None, maximum_packet=maximum_packet)

    assert expected == on.chunk


def test_a_chunk_takes_an_eighth_of_the_keepalive_on_a_slow_line() -> None:
    on = window()
    fly(on, [Flight(A, 10_000, 0.0)])
    on.arrive(1, 5.0)

    assert 2000.0 == on.goodput
    assert 7500 == on.chunk


def test_goodput_is_smoothed_and_a_query_does_not_count() -> None:
    on = window()
    fly(on, [Flight(A, 8000, 0.0), Flight(B, 16_000, 0.0), Flight(None, 100, 0.0)])
    for ticket in (1, 2, 3):
        on.arrive(ticket, 1.0)

    assert 9000.0 == on.goodput


def test_a_chunk_is_never_cut_below_the_floor_by_a_slow_line() -> None:
    on = window()
    fly(on, [Flight(A, 100, 0.0)])
    on.arrive(1, 60.0)

    assert FLOOR == on.chunk


def test_an_answer_to_a_message_of_an_earlier_line_is_nobodys() -> None:
    assert window().arrive(99, 1.0) is None


def test_silence_lasts_since_the_oldest_message_or_the_last_answer() -> None:
    on = window()
    assert on.silent_since is None

    fly(on, [Flight(A, 10, 1.0), Flight(B, 10, 2.0)])
    assert 1.0 == on.silent_since

    on.arrive(1, 5.0)
    assert 5.0 == on.silent_since


@pytest.mark.parametrize("end", ["forgotten", "broken", "opened", "confirmed"])
def test_another_frame_is_admitted_when_nothing_waits_for_the_centre(end: str) -> None:
    on = window()
    fly(on, [Flight(A, 10, 0.0)] * MOST)
    assert (True, False) == (on.admits(A), on.admits(B))
    if end == "forgotten":
        for ticket in range(MOST + 1):  # under the first nothing was sent at all
            on.forget(ticket)
        assert on.silent_since is None
    elif end == "confirmed":
        on.confirm(A, lost=False)
    elif end == "broken":
        on.broken(1.0, by_us=True)
    else:
        on.open(receive_maximum=None, maximum_packet=None)

    assert on.admits(B)


def test_two_breaks_over_the_same_frame_halve_the_ceiling() -> None:
    on = window()
    for _ in range(2):
        assert on.ceiling is None
        fly(on, [Flight(A, 40_000, 10.0)])
        assert on.broken(10.5, by_us=False) is None
    assert 20_000 == on.ceiling
    assert 20_000 == on.chunk


def held_back(frame_id: FrameId) -> Window:
    """A window in which the line has broken over a frame as often as may be."""
    on = window()
    for _ in range(LAST_STRIKES):
        fly(on, [Flight(frame_id, FLOOR, 1.0)])
        assert on.broken(1.0, by_us=False) is None
    return on


def test_at_the_floor_the_frame_is_set_aside_after_many_breaks_once_the_broker_takes_another() -> None:
    on = held_back(A)
    for taken in (False, True):
        fly(on, [Flight(B, FLOOR, 1.0)])
        on.arrive(1, 1.0, taken=taken)
        assert on.in_vain != taken
        fly(on, [Flight(A, FLOOR, 1.0)])
        assert (A if taken else None) == on.broken(1.0, by_us=False)


def test_a_frame_that_is_held_back_goes_alone() -> None:
    on = held_back(A)
    assert frozenset({A}) == on.held_back
    assert (True, True) == (on.admits(A), on.admits(B))

    fly(on, [Flight(None, 100, 1.0), Flight(A, FLOOR, 1.0)])
    assert (True, False) == (on.admits(A), on.admits(B))
    on.broken(1.0, by_us=True)
    fly(on, [Flight(B, 10, 1.0)])
    assert (False, True, True) == (on.admits(A), on.admits(B), on.admits(C))


@pytest.mark.parametrize(
    "flights",
    [
        [Flight(None, 4000, 9.0), Flight(A, 9000, 10.0), Flight(B, 2000, 10.1), Flight(C, 9000, 10.2)],
        [Flight(B, 2000, 9.9), Flight(A, 9000, 10.0)],
    ],
    ids=["the short one came later", "the short one came first"],
)
def test_the_longest_message_is_to_blame_and_of_equals_the_first(flights: list[Flight]) -> None:
    on = window()
    for _ in range(2):
        assert on.ceiling is None
        fly(on, flights)
        assert on.broken(10.3, by_us=False) is None

    assert 4500 == on.ceiling


def test_an_acknowledged_message_clears_its_frame() -> None:
    on = window()
    fly(on, [Flight(A, 40_000, 10.0)])
    on.broken(10.0, by_us=False)
    fly(on, [Flight(A, 40_000, 20.0)])
    on.arrive(1, 20.1)
    fly(on, [Flight(A, 40_000, 21.0)])

    assert on.broken(21.0, by_us=False) is None
    assert on.ceiling is None


@pytest.mark.parametrize(
    ("flights", "by_us"),
    [([], False), ([Flight(None, 4000, 10.0)], False), ([Flight(A, FLOOR, 10.0)], True)],
    ids=["over nothing", "over a query", "that we made ourselves"],
)
def test_nothing_is_to_blame_for_a_break(flights: list[Flight], by_us: bool) -> None:  # noqa: FBT001 (a column of the table)
    on = window()
    for _ in range(LAST_STRIKES + 1):
        fly(on, flights)
        assert on.broken(10.1, by_us=by_us) is None
    assert (None, frozenset()) == (on.ceiling, on.held_back)


def test_a_line_that_moved_nothing_for_long_gets_shorter_messages() -> None:
    on = window()
    for after_s, goodput, chunk in [(SLOW_S, None, 48 * KIB), (30.0, 1600.0, 6000)]:
        fly(on, [Flight(A, 48_000, 0.0)])
        on.broken(after_s, by_us=True)
        assert (goodput, chunk) == (on.goodput, on.chunk)


def test_a_silent_end_does_not_make_a_slow_line_look_faster() -> None:
    on = window()
    fly(on, [Flight(A, 1000, 0.0)])
    on.arrive(1, 1.0)
    fly(on, [Flight(A, 48_000, 1.0)])
    on.broken(31.0, by_us=True)

    assert 1000.0 == on.goodput


def test_a_line_that_owes_nothing_is_never_dead() -> None:
    on = window()
    assert inf == on.stalled_at(30.0)

    fly(on, [Flight(None, 100, 7.0)])
    assert 37.0 == on.stalled_at(30.0)

    on.open(receive_maximum=None, maximum_packet=None)
    assert inf == on.stalled_at(30.0)


def test_messages_that_were_swallowed_are_sent_shorter() -> None:
    on = window()

    assert on.swallowed(48 * KIB)
    assert 24 * KIB == on.chunk
    assert not on.swallowed(FLOOR)
