"""What the sync machine does about the line: what fits on it, when it stalls, whom it blames for a break."""

import pytest

from askance.edge.sync import (
    Ask,
    Ceiling,
    Command,
    Connected,
    Doubt,
    HangUp,
    Kept,
    Lost,
    Quarantine,
    SendRange,
    Settled,
    Tick,
    Waiting,
)
from askance.edge.sync.backlog import MOST
from askance.edge.sync.tolerance import FLOOR, LAST_STRIKES, TRIAL
from support_bench import UP, A, B, Bench, asked, heard, idle, missing, stored, waiting


def test_a_line_on_which_nothing_moves_is_hung_up_once() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [HangUp()] == bench(Tick(), 30.0)
    assert [] == bench(Tick(), 31.0)
    assert [] == bench(Lost(by_us=True), 31.0)
    assert [A.frame_id] == asked(bench(UP, 32.0))


def test_a_slow_line_that_moves_is_left_standing() -> None:
    big = waiting(1, size=100_000)
    bench = Bench(big, chunk=20_000)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    bench(heard(missing(big)), 0.1)
    for ticket, now in ((2, 20.0), (3, 40.0), (4, 60.0)):
        assert HangUp() not in bench(Settled(ticket), now)


def test_the_stall_comes_at_the_very_moment_for_which_it_was_announced() -> None:
    for tenth in range(1, 200):
        bench = Bench(A)
        bench(UP, tenth / 10)
        wake_at = tenth / 10 + 30.0

        assert [HangUp()] == bench(Tick(), wake_at)


def test_two_breaks_over_a_long_message_lower_the_ceiling() -> None:
    big = waiting(1, size=40_000)
    bench = Bench(big)
    answers: list[list[Command]] = []
    for now in (0.0, 10.0):
        bench(UP, now)
        bench(heard(missing(big)), now + 0.1)
        answers.append(bench(Lost(), now + 0.2))

    assert [[], [Ceiling(20_000, None)]] == answers


def test_a_ceiling_is_tried_again_when_many_messages_have_passed() -> None:
    big = waiting(1, size=TRIAL * FLOOR)
    bench = Bench(big, ceiling=FLOOR)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    commands = bench(heard(missing(big)), 0.1)
    for ticket in range(2, TRIAL + 2):
        commands += bench(Settled(ticket), 0.2)

    assert [Ceiling(2 * FLOOR, FLOOR)] == [command for command in commands if isinstance(command, Ceiling)]


def test_no_frame_is_begun_while_the_centre_is_far_behind() -> None:
    frames = [waiting(index, size=MOST * FLOOR) for index in range(3)]
    bench = Bench(*frames, chunk=FLOOR)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    sent = bench(heard(*(missing(frame) for frame in frames)), 0.1)
    for ticket in range(2, MOST + 2):
        sent += bench(Settled(ticket), 0.2)
    assert {frames[0].frame_id} == {command.frame.frame_id for command in sent if isinstance(command, SendRange)}
    assert MOST == len(sent)

    following = bench(heard(stored(frames[0])), 0.3)

    assert {frames[1].frame_id} == {command.frame.frame_id for command in following if isinstance(command, SendRange)}


def test_a_frame_that_was_begun_is_sent_to_its_end_however_long_it_is() -> None:
    long = waiting(1, size=3 * MOST * FLOOR)
    bench = Bench(long, chunk=FLOOR)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    sent = bench(heard(missing(long)), 0.1)
    for ticket in range(2, 3 * MOST + 2):
        sent += bench(Settled(ticket), 0.2)

    assert 3 * MOST == len(sent)


def broken(bench: Bench, now: float, *breaks: Waiting) -> tuple[list[Waiting], list[Command]]:
    """Have a new line carry frames until it breaks over one of ``breaks``; what it sent, and what came of the break."""
    commands, over = bench(UP, now), list[Waiting]()
    while commands:
        command = commands.pop(0)
        if isinstance(command, Ask):
            commands += bench(Settled(command.ticket), now)
            commands += bench(heard(*(missing(frame) for frame in command.frames)), now)
        if isinstance(command, SendRange):
            over.append(command.frame)
            if command.frame in breaks:
                return over, bench(Lost(), now)
            commands += bench(Settled(command.ticket), now)
            bench.frames.remove(command.frame)
            commands += bench(heard(stored(command.frame)), now)
    return over, []


def test_a_frame_that_breaks_the_line_at_the_floor_goes_last_and_then_is_set_aside() -> None:
    frames = [waiting(1, size=FLOOR), *(waiting(index, size=1000) for index in range(2, 40))]
    bench = Bench(*frames)
    for now in range(LAST_STRIKES):
        assert ([frames[0]], []) == broken(bench, float(now), frames[0])

    over, came_of_it = broken(bench, 100.0, frames[0])

    assert [*frames[1:], frames[0]] == over
    assert [Quarantine(frames[0].frame_id, "the broker hangs up on it")] == came_of_it


def test_a_broker_that_hangs_up_on_every_frame_has_none_set_aside_and_is_told() -> None:
    frames = [waiting(index) for index in range(40)]
    bench = Bench(*frames)
    tried: set[Waiting] = set()
    for now in range(LAST_STRIKES * len(frames)):
        over, came_of_it = broken(bench, float(now), *frames)
        tried.update(over)
        assert [] == came_of_it
        assert (now + 1 >= LAST_STRIKES) == (bench.sync.doubt(float(now)) is Doubt.IN_VAIN)
    assert set(frames) == tried

    over, came_of_it = broken(bench, 1e6)

    assert sorted(over, key=frames.index) == frames
    assert bench.sync.doubt(1e6) is None


@pytest.mark.parametrize("most", [1, 16], ids=["one frame at a time", "many"])
def test_frames_that_a_broker_in_trouble_hung_up_on_are_not_held_up_by_one_that_breaks_the_line(most: int) -> None:
    frames = [waiting(index) for index in range(6)]
    bench = Bench(*frames, most=most)
    for now in range(LAST_STRIKES * len(frames)):
        broken(bench, float(now), *frames)
    came_of_it: list[Command] = []
    for now in range(1000, 1003):
        came_of_it += broken(bench, float(now), frames[0])[1]

    assert [Quarantine(frames[0].frame_id, "the broker hangs up on it")] == came_of_it
    assert [frames[0]] == bench.frames


def test_a_long_query_is_sent_in_parts() -> None:
    frames = [waiting(index) for index in range(40)]
    bench = Bench(*frames, most=40)

    assert 32 == len(asked(bench(UP, 0.0)))
    assert 8 == len(asked(bench(Settled(1), 0.1)))


def test_a_query_keeps_below_what_the_broker_announced() -> None:
    frames = [waiting(index) for index in range(40)]
    bench = Bench(*frames, most=40)

    assert 3 == len(asked(bench(Connected(1, 1000), 0.0)))


def test_a_query_waits_while_the_window_is_full() -> None:
    big = waiting(1, size=48 * 1024)
    bench = Bench(big)
    bench(Connected(1, None), 0.0)
    bench(Settled(1), 0.1)
    bench(heard(missing(big)), 0.1)
    bench.frames.append(B)

    assert [] == bench(Kept(), 0.2)
    assert [B.frame_id] == asked(bench(Settled(2), 0.3))


def test_a_short_message_does_not_overtake_a_long_one_that_waits_for_room() -> None:
    long, short = waiting(1, size=96 * 1024), waiting(2, size=500)
    bench = Bench(long, short)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    first = bench(heard(missing(long), missing(short)), 0.2)
    second = bench(Settled(2), 0.3)

    assert [SendRange(2, long, 0, 48 * 1024)] == first
    assert [SendRange(3, long, 48 * 1024, 48 * 1024), SendRange(4, short, 0, 500)] == second


def test_without_a_line_nothing_is_done_and_nothing_is_waited_for() -> None:
    bench = Bench(A)

    assert [] == [*bench(Kept(), 0.0), *bench(Tick(), 1.0)]
    assert bench.sync.wake_at(1.0) is None
    assert not idle(bench.sync)
