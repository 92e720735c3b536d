"""Frames under way are asked about in their turn, and no longer than their wait lasts."""

from askance.edge.sync.messages import Waiting
from askance.edge.sync.tolerance import STRIKES
from askance.edge.sync.transfer import Phase, Turn
from askance.edge.sync.underway import Underway
from askance.wire.identity import FrameId, Sha256

A, B, C = (Waiting(FrameId(letter * 26), Sha256("a" * 64), 1000) for letter in "ABC")


def begun(*frames: Waiting, now: float = 0.0) -> Underway:
    made = Underway()
    made.begin(frames, now)
    return made


def test_the_first_that_may_be_asked_about_are_ready() -> None:
    on = begun(A, B, C)
    on[A.frame_id].outstanding.add(1)
    on[B.frame_id].act_at = 5.0

    assert [C] == [transfer.frame for transfer in on.ready(4.9, most=9)]
    assert [B] == [transfer.frame for transfer in on.ready(5.0, most=1)]


def test_a_frame_that_is_under_way_does_not_begin_again() -> None:
    on = begun(A)
    on[A.frame_id].turn(Turn.ASK)
    on.begin((A, B), 1.0)

    assert [Phase.ASKED, Phase.WAITING] == [transfer.phase for transfer in on.values()]


def test_a_wait_that_is_over_counts_and_is_given_up() -> None:
    on = begun(A, B)
    for frame, act_at in ((A, 5.0), (B, 6.0)):
        on[frame.frame_id].turn(Turn.ASK)
        on[frame.frame_id].act_at = act_at
    on.give_up(5.0)

    assert [(Phase.WAITING, 1), (Phase.ASKED, 0)] == [(transfer.phase, transfer.tries) for transfer in on.values()]


def test_a_receiver_that_starts_anew_is_asked_about_all_it_did_not_speak_of() -> None:
    on = begun(A, B)
    for transfer in on.values():
        transfer.turn(Turn.ASK)
        transfer.tries, transfer.lacked = 3, [(0, 1000)]
    on.greet(7.0, answered={A.frame_id})

    assert [Phase.ASKED, Phase.WAITING] == [transfer.phase for transfer in on.values()]
    assert [(0, None)] * 2 == [(transfer.tries, transfer.lacked) for transfer in on.values()]


def test_some_go_behind_the_others() -> None:
    on = begun(A, B)

    assert [A.frame_id, B.frame_id] == [frame_id for frame_id, _ in on.in_turn(last=())]
    assert [(B.frame_id, on[B.frame_id]), (A.frame_id, on[A.frame_id])] == on.in_turn(last={A.frame_id})


def test_one_frame_that_never_gets_there_is_enough_to_say_so() -> None:
    on = begun(A, B)
    on[B.frame_id].barren = STRIKES - 1
    assert not on.swallowed()

    on[B.frame_id].barren = STRIKES
    assert on.swallowed()


def test_whoever_is_being_sent_waits_for_no_time() -> None:
    on = begun(A, B, now=3.0)
    on[A.frame_id].turn(Turn.ASK)
    on[A.frame_id].turn(Turn.MISSING)

    assert [3.0] == on.act_times()
