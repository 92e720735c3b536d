"""The life of one frame under way is the table, and its ranges are cut without gap or overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.sync.messages import Waiting
from askance.edge.sync.transfer import TRANSITIONS, Phase, Transfer, Turn
from askance.wire.identity import FrameId, Sha256

FRAME = Waiting(FrameId("0" * 26), Sha256("a" * 64), 100_000)


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("turn", Turn)
def test_a_turn_moves_as_the_table_says_and_otherwise_changes_nothing(phase: Phase, turn: Turn) -> None:
    transfer = Transfer(FRAME, phase=phase)
    legal = (phase, turn) in TRANSITIONS

    assert legal == transfer.turn(turn)
    assert TRANSITIONS.get((phase, turn), phase) == transfer.phase


def test_every_phase_can_be_left_for_the_beginning() -> None:
    assert dict.fromkeys(Phase, Phase.WAITING) == {phase: TRANSITIONS[phase, Turn.AGAIN] for phase in Phase}


def test_what_is_missing_counts_only_as_an_answer() -> None:
    assert [Phase.ASKED] == [phase for phase, turn in TRANSITIONS if turn is Turn.MISSING]


@given(
    needs=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10_000)), min_size=1, max_size=5),
    longest=st.integers(10, 5000),
)
def test_taking_cuts_the_needs_into_ranges_that_are_no_longer_than_asked(
    needs: list[tuple[int, int]], longest: int
) -> None:
    transfer = Transfer(FRAME, needs=list(needs))
    taken: list[tuple[int, int]] = []
    while transfer.needs:
        taken.append(transfer.take(longest))

    bytes_needed = [at for offset, length in needs for at in (offset, offset + length)]
    assert sum(length for _, length in needs) == sum(length for _, length in taken)
    assert all(1 <= length <= longest for _, length in taken)
    assert {*bytes_needed} <= {at for offset, length in taken for at in (offset, offset + length)}
    assert needs[0][0] == taken[0][0]
    assert sum(needs[-1]) == sum(taken[-1])


def test_what_was_sent_and_is_missing_was_lost() -> None:
    transfer = Transfer(FRAME)
    assert not transfer.lost([(0, 100_000)])

    transfer.need([(0, 100_000)])
    assert not transfer.lost([(0, 100_000)])
    transfer.take(40_000)
    transfer.take(40_000)
    transfer.again(0.0)

    assert not transfer.lost([(80_000, 20_000)])
    assert transfer.lost([(40_000, 60_000)])
    transfer.need([(40_000, 60_000)])
    assert not transfer.lost([(40_000, 60_000)])


def test_what_the_broker_took_and_the_centre_still_misses_was_swallowed() -> None:
    transfer = Transfer(FRAME, phase=Phase.SENDING)
    transfer.need([(0, 100_000)])
    seen: list[tuple[int, int]] = []
    for _ in range(2):
        while transfer.needs:
            transfer.take(48_000)
        transfer.turn(Turn.ALL_SETTLED)
        transfer.tries = 3
        transfer.need([(0, 100_000)])
        transfer.phase = Phase.SENDING
        seen.append((transfer.barren, transfer.swallowed))

    assert [(1, 48_000), (2, 48_000)] == seen
    assert 3 == transfer.tries
    transfer.need([(48_000, 52_000)])
    assert (0, 0, 0) == (transfer.barren, transfer.swallowed, transfer.tries)


def test_what_the_broker_did_not_take_was_not_swallowed() -> None:
    transfer = Transfer(FRAME, phase=Phase.SENDING)
    transfer.need([(0, 100_000)])
    transfer.take(48_000)
    transfer.again(0.0)
    transfer.need([(0, 100_000)])

    assert (0, 0) == (transfer.barren, transfer.swallowed)
