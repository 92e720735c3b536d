"""Who makes room, given who may."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from askance.edge.store.eviction import Held, Plan, plan_room
from askance.wire.identity import FrameId


def frames(prefix: str, *sizes: int) -> list[Held]:
    return [Held(FrameId(f"{prefix}{number}"), size) for number, size in enumerate(sizes)]


def ids(*names: str) -> tuple[FrameId, ...]:
    return tuple(map(FrameId, names))


def test_delivered_frames_go_first_and_no_more_than_needed() -> None:
    plan = plan_room(frames("d", 10, 10), frames("p", 10), need=10, spare=0)

    assert Plan(ids("d0"), fits=True) == plan


def test_delivered_frames_go_in_batches() -> None:
    plan = plan_room(frames("d", *[10] * 9), [], need=10, spare=20)

    assert Plan(ids("d0", "d1", "d2"), fits=True) == plan


def test_what_delivered_frames_do_not_free_others_do() -> None:
    plan = plan_room(frames("d", 10), frames("p", 10, 10, 10), need=25, spare=20)

    assert Plan(ids("d0", "p0", "p1"), fits=True) == plan


def test_where_the_newcomer_does_not_fit_only_delivered_frames_go() -> None:
    assert Plan(ids("d0"), fits=False) == plan_room(frames("d", 10), frames("p", 10), need=30, spare=0)


def test_a_newcomer_that_may_displace_nobody_is_refused() -> None:
    assert Plan((), fits=False) == plan_room([], [], need=1, spare=0)


def test_no_more_frames_are_looked_at_than_go() -> None:
    read: list[FrameId] = []

    def reading(held: list[Held]) -> Iterator[Held]:
        for frame in held:
            read.append(frame.frame_id)
            yield frame

    plan = plan_room(reading(frames("d", 5)), reading(frames("p", *[10] * 100)), need=20, spare=0)

    assert plan.victims == tuple(read) == ids("d0", "p0", "p1")


SIZES = st.lists(st.integers(1, 1000), max_size=30)


@given(SIZES, SIZES, st.integers(1, 5000), st.integers(0, 500))
def test_a_plan_frees_enough_or_only_what_central_has(
    delivered: list[int], displaceable: list[int], need: int, spare: int
) -> None:
    held = frames("d", *delivered), frames("p", *displaceable)
    sizes = {frame.frame_id: frame.size for frame in (*held[0], *held[1])}

    plan = plan_room(*held, need=need, spare=spare)

    freed = sum(sizes[victim] for victim in plan.victims)
    displaced = [victim for victim in plan.victims if victim.startswith("p")]
    assert plan.fits == (sum(sizes.values()) >= need)
    assert not plan.fits or freed >= need
    assert plan.fits or not displaced
    assert not displaced or {frame.frame_id for frame in held[0]} <= set(plan.victims)
    assert not displaced or freed - sizes[displaced[-1]] < need, "one fewer would not do"
