"""Who makes room: properties of the choice, and a table of its finer points."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from askance.edge.store.eviction import QUARANTINED_KEPT, Held, Newcomer, Plan, plan_room
from askance.edge.store.lifecycle import State
from askance.wire.capture import Arm, Priority
from askance.wire.identity import FrameId

NEWCOMER = Newcomer(Arm.UNCERTAINTY, Priority.DOUBTFUL, 0.5, 10)


def frame(seq: int, *, state: State = State.PENDING, value: float = 0.4, arm: Arm = Arm.UNCERTAINTY) -> Held:
    return Held(FrameId(f"F{seq}"), state, arm, Priority.DOUBTFUL, value, (1, seq), 10)


def ids(*numbers: int) -> tuple[FrameId, ...]:
    return tuple(FrameId(f"F{number}") for number in numbers)


def plan(held: list[Held], newcomer: Newcomer = NEWCOMER, *, need: int = 10, protected: int = 0) -> Plan:
    return plan_room(held, newcomer, need=need, protected=protected, spare=0)


def test_delivered_frames_go_first_and_oldest_first() -> None:
    held = [frame(1, value=0.0), frame(3, state=State.DELIVERED), frame(2, state=State.DELIVERED)]

    assert Plan(ids(2), fits=True) == plan(held)


def test_delivered_frames_go_in_batches() -> None:
    held = [frame(seq, state=State.DELIVERED) for seq in range(9)]

    assert Plan(ids(0, 1, 2), fits=True) == plan_room(held, NEWCOMER, need=10, protected=0, spare=20)


def test_the_least_valuable_pending_frame_goes_and_the_older_of_equals() -> None:
    held = [frame(1, value=0.3), frame(2, value=0.2), frame(3, value=0.2)]

    assert Plan(ids(2), fits=True) == plan(held)


def test_a_lower_class_goes_before_a_lower_value() -> None:
    filler = replace(frame(2, value=0.9), priority=Priority.FILLER)

    assert Plan(ids(2), fits=True) == plan([frame(1, value=0.1), filler])


def test_a_newcomer_worth_less_than_all_is_refused() -> None:
    assert Plan((), fits=False) == plan([frame(1, value=0.6), frame(2, value=0.7)])


def test_a_newcomer_does_not_displace_a_better_frame_along_with_a_worse_one() -> None:
    assert Plan((), fits=False) == plan([frame(1, value=0.1), frame(2, value=0.7)], need=20)


def test_where_the_newcomer_does_not_fit_only_delivered_frames_go() -> None:
    held = [frame(1, state=State.DELIVERED), frame(2, value=0.1), frame(3, value=0.9)]

    assert Plan(ids(1), fits=False) == plan(held, need=30)


def test_the_newest_quarantined_frames_stay_as_evidence_and_older_ones_go_before_pending() -> None:
    quarantined = [frame(seq, state=State.QUARANTINED) for seq in range(QUARANTINED_KEPT + 1)]

    assert Plan(ids(0), fits=True) == plan([frame(99, value=0.0), *quarantined])
    assert Plan(ids(0, 99), fits=True) == plan([frame(99, value=0.0), *quarantined], need=20)
    assert Plan((), fits=False) == plan(quarantined, need=20)


def test_random_frames_are_safe_inside_their_share_and_the_older_ones_beyond_it_are_not() -> None:
    held = [frame(seq, value=0.0, arm=Arm.RANDOM) for seq in range(3)]

    assert Plan((), fits=False) == plan(held, protected=30)
    assert Plan(ids(0), fits=True) == plan(held, protected=29)


def test_a_random_newcomer_inside_the_share_displaces_frames_of_any_value() -> None:
    newcomer = replace(NEWCOMER, arm=Arm.RANDOM, value=0.0)

    assert Plan(ids(1), fits=True) == plan([frame(1, value=9.0)], newcomer, protected=10)
    assert Plan((), fits=False) == plan([frame(1, value=9.0)], newcomer, protected=9)


HELD = st.lists(
    st.builds(
        Held,
        st.integers(0, 10**6).map(lambda number: FrameId(f"F{number}")),
        st.sampled_from([State.PENDING, State.DELIVERED, State.QUARANTINED]),
        st.sampled_from(Arm),
        st.sampled_from(Priority),
        st.floats(0, 1),
        st.tuples(st.integers(1, 3), st.integers(0, 100)),
        st.integers(1, 1000),
    ),
    unique_by=lambda held: held.frame_id,
    max_size=60,
)
NEWCOMERS = st.builds(Newcomer, st.sampled_from(Arm), st.sampled_from(Priority), st.floats(0, 1), st.integers(1, 1000))


@given(HELD, NEWCOMERS, st.integers(1, 3000), st.integers(0, 3000))
def test_a_plan_frees_enough_and_keeps_its_promises(
    held: list[Held], newcomer: Newcomer, need: int, protected: int
) -> None:
    chosen = plan_room(held, newcomer, need=need, protected=protected, spare=0)
    victims = [each for each in held if each.frame_id in chosen.victims]
    pending = [each for each in victims if each.state is State.PENDING]
    kept = [each for each in held if each not in victims]

    assert len(chosen.victims) == len(victims)
    assert not chosen.fits or sum(each.size for each in victims) >= need
    assert chosen.fits or all(each.state is State.DELIVERED for each in victims)
    if pending:
        assert all(each.state is not State.DELIVERED for each in kept)
    if pending and newcomer.arm is not Arm.RANDOM:
        assert max((-each.priority, each.value) for each in pending) <= (-newcomer.priority, newcomer.value)
    quarantined = [each for each in held if each.state is State.QUARANTINED]
    assert sum(each.state is State.QUARANTINED for each in kept) >= min(len(quarantined), QUARANTINED_KEPT)


@given(HELD, NEWCOMERS, st.integers(1, 3000))
def test_random_frames_that_fill_no_more_than_their_share_are_never_evicted(
    held: list[Held], newcomer: Newcomer, need: int
) -> None:
    random = [each for each in held if each.arm is Arm.RANDOM and each.state is State.PENDING]
    share = sum(each.size for each in random) + newcomer.size

    chosen = plan_room(held, newcomer, need=need, protected=share, spare=0)

    assert set() == {each.frame_id for each in random} & set(chosen.victims)
