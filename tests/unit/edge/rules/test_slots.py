"""Of a stretch of time the best frames stay, no two of them alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import Doubt
from askance.edge.rules.document import RuleId
from askance.edge.rules.policy import Rule
from askance.edge.rules.scenes import Looks
from askance.edge.rules.slots import MOST, SPARE, Candidate, Slot, room
from askance.edge.values import Measure, Subject
from askance.units import Rate
from askance.wire.identity import CameraId

SECOND = 10**9
GATE, YARD = (CameraId("gate"), None), (CameraId("yard"), "home")
BEST = Rule(RuleId("best"), "1-a", Doubt(Measure("entropy"), 0.4), slot_ns=60 * SECOND)


def hourly(frames: int) -> Rule:
    return replace(BEST, limits=Limits(Rate(frames, timedelta(hours=1))))


def candidate(key: int, value: float, *, at_s: float | None = None, dhash: int | None = None) -> Candidate:
    """A frame that shows nothing, and looks like no other unless it is said to."""
    bits = ((key + 1) * 0x9E3779B97F4A7C15) % 2**64 if dhash is None else dhash
    nothing = Looks(bits, np.zeros(0, np.int32), np.zeros((0, 2), np.float32))
    return Candidate(key, value, round((key if at_s is None else at_s) * SECOND), GATE, nothing)


def offered(rule: Rule, frames: Sequence[Candidate]) -> tuple[Slot, list[int]]:
    """The slot after all of them, and who went out on the way."""
    slot, gone = Slot(), list[int]()
    for frame in frames:
        slot, out = slot.offer(rule, frame, now_ns=frame.at_ns)
        gone += out
    return slot, gone


def keys(slot: Slot) -> tuple[int, ...]:
    """The frames that wait, best first."""
    return tuple(frame.key for frame in slot.best)


@pytest.mark.parametrize(
    ("rule", "frames"),
    [
        pytest.param(BEST, 1, id="no budget"),
        pytest.param(hourly(6), 1, id="less than one a slot"),
        pytest.param(hourly(61), 2, id="a bit more than one"),
        pytest.param(hourly(10_000), MOST, id="many"),
    ],
)
def test_a_slot_keeps_its_share_of_the_budget(rule: Rule, frames: int) -> None:
    assert frames == room(rule)


@given(values=st.lists(st.floats(0.01, 100), min_size=1, max_size=12), hourly_frames=st.integers(1, 400))
def test_the_most_valuable_win_and_everybody_else_is_told(values: list[float], hourly_frames: int) -> None:
    rule = hourly(hourly_frames)
    frames = [candidate(key, value) for key, value in enumerate(values)]

    slot, gone = offered(rule, frames)

    ranked = [frame.key for frame in sorted(frames, key=lambda frame: (-frame.value, frame.at_ns))]
    assert ranked[: room(rule)] == list(keys(slot)[: room(rule)])
    assert len(slot.best) <= room(rule) + SPARE
    assert {frame.key for frame in frames} == {*gone, *(frame.key for frame in slot.best)}
    assert len(gone) == len(set(gone)) == len(frames) - len(slot.best)


def test_of_two_that_are_alike_the_better_one_stays() -> None:
    slot, gone = offered(hourly(1000), [candidate(0, 0.5, dhash=7), candidate(1, 0.9, dhash=5), candidate(2, 0.1)])

    assert [0] == gone
    assert (1, 2) == keys(slot)


def test_what_is_alike_at_another_camera_is_something_else() -> None:
    elsewhere = replace(candidate(1, 0.9, dhash=7), where=YARD)

    assert [] == offered(hourly(1000), [candidate(0, 0.5, dhash=7), elsewhere])[1]


def test_within_a_rules_pause_one_is_enough() -> None:
    rule = replace(hourly(1000), pause_ns=3 * SECOND)

    slot, gone = offered(rule, [candidate(0, 0.5, at_s=0), candidate(1, 0.4, at_s=2), candidate(2, 0.3, at_s=4)])

    assert [1] == gone
    assert (0, 2) == keys(slot)


def about(frame: Candidate, *tracks: tuple[int, ...]) -> Candidate:
    """The frame, about things of which each is followed under these numbers."""
    named = (frozenset[Subject]((*GATE, track) for track in names) for names in tracks)
    return replace(frame, about=tuple(named))


def test_of_a_track_the_most_informative_frame_stays() -> None:
    frames = [
        about(candidate(0, 1.53), (2,)),
        about(candidate(1, 1.58), (2,)),
        about(candidate(2, 0.9), (2, 9)),  # a second box on the same thing
        about(candidate(3, 0.8), (9,)),
        candidate(4, 0.2),
    ]

    slot, gone = offered(hourly(1000), frames)

    assert (1, 2) == keys(offered(hourly(1000), [frames[1], about(frames[2], (7, 9))])[0]), "two things, two frames"
    assert (1, 3, 4) == keys(slot), "who is shown under no name of the kept ones is somebody else"
    assert [0, 2] == gone


def test_a_frame_with_somebody_new_stays_until_better_ones_show_all() -> None:
    both, first, second = (
        about(candidate(0, 0.5), (1,), (2,)),
        about(candidate(1, 0.9), (1,)),
        about(candidate(2, 0.8), (2,)),
    )

    assert (1, 0) == keys(offered(hourly(1000), [both, first])[0])
    assert (1, 2) == keys(offered(hourly(1000), [both, first, second])[0])


@pytest.mark.parametrize(
    ("now_s", "over"),
    [
        pytest.param(69.9, False, id="not yet"),
        pytest.param(70, True, id="its time is up"),
        pytest.param(9, False, id="a frame that comes late"),
    ],
)
def test_a_slot_lasts_from_its_first_frame(now_s: float, *, over: bool) -> None:
    slot, _ = offered(BEST, [candidate(10, 0.5), candidate(50, 0.9)])

    assert over == slot.over(BEST, now_ns=round(now_s * SECOND))


def test_an_empty_slot_is_never_over() -> None:
    assert not Slot().over(BEST, now_ns=10**18)


def test_another_value_changes_the_order() -> None:
    slot, _ = offered(BEST, [candidate(0, 0.9), candidate(1, 0.5)])

    assert (0, 1) == keys(slot)
    assert (1, 0) == keys(slot.revalue(0, 0.1))
    assert (1,) == keys(slot.without({0}))


@pytest.mark.parametrize(
    ("better", "track_s", "takes"),
    [
        ((), 0, True),  # it is the best
        ((({1},),), 0, False),
        ((({1},),), 60, True),
        ((({1}, {2}),), 60, False),
        ((({1},), ({2},)), 60, False),
        (((), ()), 60, False),
    ],
)
def test_what_another_rule_keeps_will_do_where_it_is_among_the_best_or_those_are_of_tracks_that_it_shows(
    better: Sequence[Sequence[set[int]]], track_s: int, *, takes: bool
) -> None:
    rule = replace(hourly(120), track_ns=track_s * SECOND)
    frames = [
        replace(candidate(key, 0.9), about=tuple(frozenset({(*GATE, track) for track in names}) for names in about))
        for key, about in enumerate(better, start=1)
    ]
    kept = replace(candidate(0, 0.5), about=(frozenset({(*GATE, 1)}),))
    slot, _ = offered(rule, [kept, *frames] if len(better) < 2 else [*frames, kept])

    assert takes == slot.takes(rule, kept)
    assert not replace(slot, won=2).takes(rule, kept), "it has had its share"
