"""What is known of a frame's age: after stalls, on slow cameras, and where time stamps count frames."""

from askance.edge.decoding.lag import Lag

S = 10**9


def fresh(frames: list[tuple[float, float]], *, asked_s: float = 0.0) -> list[bool]:
    """Read frames, each with its time of reading and its time stamp in seconds; say which were of now."""
    lag, found = Lag(0, round(asked_s * S)), list[bool]()
    for read_s, stamp_s in frames:
        lag = lag.after(round(read_s * S), round(stamp_s * S))
        found.append(lag.fresh)
    return found


def steady(
    begin_s: float, count: int, *, every_s: float = 0.1, stamp_s: float = 0.0, stamps_s: float = 0.1
) -> list[tuple[float, float]]:
    """Make frames that come, and are stamped, evenly."""
    return [(begin_s + index * every_s, stamp_s + index * stamps_s) for index in range(count)]


def test_a_steady_stream_is_of_now() -> None:
    assert all(fresh(steady(0.5, 100)))


def test_what_came_while_the_stream_was_opened_is_old_until_the_reader_has_had_to_wait() -> None:
    burst = [(2.0 + index / 1000, index / 10) for index in range(10)]
    live = steady(2.1, 10, stamp_s=1.0)

    assert [False] * 16 + [True] * 4 == fresh([*burst, *live])


def test_a_hole_in_a_burst_is_not_its_end() -> None:
    before = steady(0.1, 20)
    held = [(6.0 + index // 5 * 0.15 + index / 1000, 2.0 + index / 10) for index in range(20)]

    assert not any(fresh([*before, *held])[20:])


def test_what_a_stall_held_back_is_old_until_it_has_caught_up() -> None:
    before = steady(0.1, 20)
    held = [(6.0 + index / 1000, 2.0 + index / 10) for index in range(40)]
    after = steady(6.1, 10, stamp_s=6.0)
    found = fresh([*before, *held, *after])

    assert all(found[:20])
    assert not any(found[20:50])
    assert all(found[-10:])


def test_a_burst_whose_time_stamps_count_frames_is_old_too_and_what_follows_it_is_not() -> None:
    before = steady(0.1, 20, stamps_s=0.04)
    held = [(6.0 + index / 1000, 0.8 + index / 25) for index in range(40)]
    after = steady(6.1, 15, stamp_s=2.4, stamps_s=0.04)
    found = fresh([*before, *held, *after])

    assert not any(found[20:60])
    assert all(found[-7:])


def test_frames_that_always_come_in_pairs_are_of_now_again_after_a_stall() -> None:
    def pairs(begin_s: float, count: int, stamp_s: float) -> list[tuple[float, float]]:
        return [(begin_s + index // 2 * 0.2 + index % 2 / 1000, stamp_s + index * 0.04) for index in range(count)]

    held = [(8.0 + index / 1000, 1.6 + index / 25) for index in range(40)]
    found = fresh([*pairs(0.1, 40, 0.0), *held, *pairs(8.2, 40, 3.2)])

    assert not any(found[40:70])
    assert all(found[-10:])


def test_a_slow_camera_is_of_now_with_any_time_stamps() -> None:
    assert all(fresh(steady(0.5, 20, every_s=5, stamps_s=5)))
    assert [True, False, *[True] * 18] == fresh(steady(0.5, 20, every_s=5, stamps_s=0.04))
    assert [True, False, *[True] * 18] == fresh(steady(0.5, 20, every_s=5, stamps_s=0))


def test_a_camera_that_stopped_filming_meanwhile_is_of_now() -> None:
    assert all(fresh([*steady(0.1, 20), *steady(10.1, 20, stamp_s=10.0)]))


def test_time_stamps_that_jump_make_nothing_old() -> None:
    back = steady(2.1, 20, stamp_s=-50.0)
    ahead = steady(4.1, 20, stamp_s=10_000.0)

    assert all(fresh([*steady(0.1, 20), *back, *ahead]))


def test_a_time_stamp_that_leaps_does_not_make_a_burst_one_of_now() -> None:
    held = [(6.0 + index / 1000, 2.0 + index / 10 + (index == 3) * 40_000) for index in range(20)]

    assert not any(fresh([*steady(0.1, 20), *held])[20:])


def test_a_camera_that_turns_faster_is_watched_as_closely_after_a_while() -> None:
    slow, fast = steady(0.1, 10, every_s=2, stamps_s=2), steady(20, 60, stamp_s=20)
    held = [(30.0 + index / 1000, 26.0 + index / 10) for index in range(30)]

    assert not any(fresh([*slow, *fast, *held])[70:90])
