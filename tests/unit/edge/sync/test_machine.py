"""The sync machine's answers, one situation at a time; whole runs are in ``tests/machine/test_sync.py``."""

from collections.abc import Sequence

import pytest

from askance.edge.sync import (
    Ask,
    Ceiling,
    Command,
    Connected,
    Deliver,
    Due,
    Event,
    Fetch,
    HangUp,
    Kept,
    Lost,
    Patience,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Sync,
    Tick,
    Vanished,
    Waiting,
    Window,
)
from askance.wire.identity import FrameId, Sha256, new_frame_id
from askance.wire.receipts import Missing, Receipt, Receipts, Rejected, Stored

UP = Connected(None, None)
OTHER_SHA = Sha256("b" * 64)


def waiting(index: int, *, size: int = 1000) -> Waiting:
    return Waiting(new_frame_id(wall_ms=index, randomness=bytes(10)), Sha256("a" * 64), size)


A, B = waiting(1), waiting(2)


class Bench:
    """A machine and the answers of a store that has ``frames``."""

    def __init__(self, *frames: Waiting, most: int = 16, draw: float = 0.0, chunk: int = 48 * 1024) -> None:
        window = Window(messages=8, payload=60 * 1024, chunk=chunk, keepalive_s=30.0)
        self.sync = Sync(window, frames=most, patience=Patience(10.0, 900.0), draw=lambda: draw)
        self.frames = list(frames)

    def __call__(self, event: Event, now: float) -> list[Command]:
        """Feed an event, answer what the store can, and return the other commands."""
        left: list[Command] = []
        events = [event]
        while events:
            for command in self.sync.receive(events.pop(0), now):
                if isinstance(command, Fetch):
                    due = [frame for frame in self.frames if frame.frame_id not in command.exclude][: command.limit]
                    events.append(Due(tuple(due), more=len(due) == command.limit))
                else:
                    left.append(command)
        return left


def heard(*receipts: Receipt, credit: int | None = None, pause_s: float = 0, hello: bool = False) -> Received:
    return Received(Receipts(a=receipts, credit=credit, pause_s=pause_s, hello=hello))


def stored(frame: Waiting) -> Stored:
    return Stored(st="stored", id=frame.frame_id, sha=frame.sha256)


def missing(frame: Waiting, *need: tuple[int, int]) -> Missing:
    return Missing(id=frame.frame_id, sha=frame.sha256, need=need or ((0, frame.size),))


def asked(commands: Sequence[Command]) -> list[FrameId]:
    return [frame.frame_id for command in commands if isinstance(command, Ask) for frame in command.frames]


def test_a_new_line_begins_with_a_query_about_everything_due() -> None:
    assert [Ask(1, (A, B))] == Bench(A, B)(UP, 0.0)


def test_a_frame_the_centre_lacks_is_sent_whole_and_delivered_on_its_receipt() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [SendRange(2, A, 0, 1000)] == bench(heard(missing(A)), 0.1)
    assert [] == bench(Settled(1), 0.2)
    assert [] == bench(Settled(2), 0.2)
    assert [Deliver(A.frame_id, A.sha256)] == bench(heard(stored(A)), 0.3)
    assert bench.sync.idle


def test_only_the_missing_ranges_are_sent_and_what_lies_behind_the_end_is_cut() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    sent = bench(heard(missing(A, (100, 50), (900, 500), (1000, 10))), 0.1)

    assert [SendRange(2, A, 100, 50), SendRange(3, A, 900, 100)] == sent


def test_a_centre_that_misses_nothing_we_have_is_asked_again_later() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    assert [] == bench(heard(missing(A, (1000, 10))), 0.1)
    assert [] == bench(Tick(), 20.0)
    assert [A.frame_id] == asked(bench(Tick(), 20.2))


def test_the_broker_s_word_delivers_nothing() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)

    assert [] == [*bench(Settled(1), 0.2), *bench(Settled(2), 0.2)]
    assert not bench.sync.idle


@pytest.mark.parametrize(
    "receipt",
    [
        Stored(st="stored", id=A.frame_id, sha=OTHER_SHA),
        stored(B),
        Rejected(id=A.frame_id, sha=OTHER_SHA, code="x", perm=True),
    ],
    ids=["other bytes", "a frame not under way", "a rejection of other bytes"],
)
def test_a_receipt_of_something_else_changes_nothing(receipt: Receipt) -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [] == bench(heard(receipt), 0.1)


@pytest.mark.parametrize("sha", [None, A.sha256], ids=["without hash", "with hash"])
def test_a_frame_refused_for_good_is_set_aside(sha: Sha256 | None) -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    said = heard(Rejected(id=A.frame_id, sha=sha, code="schema", perm=True))

    assert [Quarantine(A.frame_id, "schema")] == bench(said, 0.1)


def test_a_frame_refused_for_now_is_asked_about_later() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    assert [] == bench(heard(Rejected(id=A.frame_id, code="busy", perm=False)), 0.1)
    assert bench.sync.wake_at(0.1) == pytest.approx(20.1)
    assert [A.frame_id] == asked(bench(Tick(), 20.2))


def test_a_query_without_answer_is_repeated_with_growing_patience() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    times: list[float] = []
    now = 0.0
    for ticket in range(2, 6):
        wake_at = bench.sync.wake_at(now)
        assert wake_at is not None
        now = wake_at
        assert [A.frame_id] == asked(bench(Tick(), now))
        bench(Settled(ticket), now)
        times.append(now)

    assert [10.0, 30.0, 70.0, 150.0] == times


def test_what_the_centre_missed_counts_once() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)

    assert [] == bench(heard(missing(A)), 0.2)
    bench(Settled(2), 0.2)
    assert [] == bench(heard(missing(A)), 0.3)


def test_a_receiver_that_has_started_is_asked_about_what_it_did_not_speak_of() -> None:
    bench = Bench(A, B)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    commands = bench(heard(missing(A), hello=True), 0.2)

    assert [B.frame_id] == asked(commands)
    assert [A] == [command.frame for command in commands if isinstance(command, SendRange)]


def test_a_receiver_that_has_started_ends_an_earlier_pause() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    bench(heard(pause_s=600), 0.2)

    assert [A.frame_id] == asked(bench(heard(hello=True), 0.3))


def test_nothing_is_sent_during_a_pause_and_everything_goes_on_after_it() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [] == bench(heard(missing(A), pause_s=5), 0.1)
    assert bench.sync.wake_at(0.1) == 5.1
    assert [SendRange(2, A, 0, 1000)] == bench(Tick(), 5.1)


def test_a_credit_bounds_the_frames_under_way() -> None:
    frames = [waiting(index) for index in range(5)]
    bench = Bench(*frames, most=2)
    first = asked(bench(UP, 0.0))
    bench(Settled(1), 0.1)
    bench.frames = frames[2:]

    second = asked(bench(heard(stored(frames[0]), stored(frames[1]), credit=1), 0.2))

    assert [2, 1] == [len(first), len(second)]


def test_a_credit_of_nothing_does_not_last_for_ever() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(stored(A), credit=0), 0.1)
    bench(Settled(1), 0.1)
    bench.frames = [B]

    assert [] == bench(Kept(), 0.2)
    assert bench.sync.wake_at(0.2) == 900.1
    assert [B.frame_id] == asked(bench(Tick(), 900.1))


def test_a_refused_message_pauses_the_line_and_asks_again() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)
    bench(Settled(1), 0.2)

    assert [] == bench(Settled(2, "quota exceeded"), 0.2)
    assert bench.sync.wake_at(0.2) == pytest.approx(2.7)
    assert [A.frame_id] == asked(bench(Tick(), 2.8))


def test_an_acknowledgement_of_an_earlier_line_or_frame_changes_nothing() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)
    bench(heard(stored(A)), 0.2)

    assert [] == [*bench(Settled(2), 0.3), *bench(Settled(77), 0.3)]


def test_a_frame_that_vanished_is_forgotten_and_waits_for_no_acknowledgement() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    bench.frames = []
    bench(heard(missing(A)), 0.1)

    assert [] == bench(Vanished(A.frame_id, 2), 0.1)
    assert bench.sync.idle
    assert bench.sync.wake_at(1.0) is None


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

    assert [[], [Ceiling(20_000)]] == answers


def test_a_frame_that_breaks_the_line_at_the_floor_is_set_aside() -> None:
    bench = Bench(A)
    answers: list[list[Command]] = []
    for now in (0.0, 10.0):
        bench(UP, now)
        bench(heard(missing(A)), now + 0.1)
        answers.append(bench(Lost(), now + 0.2))

    assert [[], [Quarantine(A.frame_id, "the broker hangs up on it")]] == answers


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
    assert not bench.sync.idle
