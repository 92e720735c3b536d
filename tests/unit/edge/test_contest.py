"""Frames wait in the slots of their rules; one that wins leaves all of them, one that is in none is let go."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from askance.edge.contest import MOST, Contest, Held
from askance.edge.detect.panel import Seen
from askance.edge.episodes import Shot
from askance.edge.rules import FrameContext, Memory, Policy, Rule, RuleId, decide, reconsider
from askance.edge.rules.conditions import Doubt
from askance.edge.stages import Taken
from askance.edge.values import Drop, Instant, Measure, Signal
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_scenes import SHARP, SIZE
from support_tracks import view

SECOND = 10**9
GATE = CameraId("gate")
ENTROPY, MARGIN = Measure("entropy"), Measure("margin")
STRANGE = Rule(RuleId("strange"), "1-a", Doubt(ENTROPY, 0.1), slot_ns=60 * SECOND)
MIXED = Rule(RuleId("mixed"), "1-b", Doubt(MARGIN, 0.1), slot_ns=20 * SECOND)
POLICY = Policy((STRANGE, MIXED))


def signals(entropy: float, margin: float) -> Mapping[Measure, Signal | None]:
    return {ENTROPY: Signal("entropy", entropy, (), ""), MARGIN: Signal("margin", margin, (), "")}


def held(at_s: float, *, entropy: float = 0.0, margin: float = 0.0, policy: Policy = POLICY, size: int = 0) -> Held:
    """A frame that looks like no other."""
    now_ns = round(at_s * SECOND)
    looks = replace(SHARP, dhash=f"{round((at_s + 1) * 0x9E3779B97F4A7C15) % 2**64:016x}")
    context = FrameContext(GATE, now_ns, now_ns, signals(entropy, margin), looks, view(now=(), size=SIZE), 0.9)
    _, decision = decide(policy, Memory(), context=context)
    taken = Taken(GATE, 0, Instant(now_ns, None, ClockQuality.NONE), now_ns, looks, SIZE, bytes(size), SIZE)
    return Held(Shot(taken, Seen(context.view.detections, (), {})), context, decision)


def test_a_frame_waits_if_all_who_would_pay_do() -> None:
    at_once = Rule(RuleId("now"), "1-c", Doubt(MARGIN, 0.1))
    policy = Policy((STRANGE, at_once))

    assert Contest(policy).waits(held(0, entropy=0.5, policy=policy).decision)
    assert not Contest(policy).waits(held(0, entropy=0.5, margin=0.5, policy=policy).decision)
    assert not Contest(policy).waits(held(0, policy=policy).decision)


def test_the_best_of_a_slot_wins_when_it_is_over() -> None:
    contest = Contest(POLICY)
    frames = [held(second, entropy=value) for second, value in enumerate((0.3, 0.9, 0.5))]

    out = [contest.enter(frame) for frame in frames]

    assert [(), (), ()] == out
    assert () == contest.over(59 * SECOND)
    assert (STRANGE.id,) == contest.over(60 * SECOND)
    assert [frames[1], frames[2], frames[0]] == list(contest.ranking(STRANGE.id))
    assert 1 == contest.room(STRANGE.id)
    contest.leave(frames[1])
    assert [frames[0], frames[2]] == list(contest.close(STRANGE.id))
    assert () == contest.open()
    assert frames[1] not in contest


def test_who_leaves_leaves_all_slots_and_who_loses_waits_on_where_it_can() -> None:
    contest = Contest(POLICY, reviewed={"entropy"})
    both, strange, mixed = held(0, entropy=0.5, margin=0.9), held(1, entropy=0.9), held(2, margin=0.3)
    for frame in (both, strange, mixed):
        contest.enter(frame)

    contest.leave(both)

    assert [mixed] == list(contest.close(MIXED.id))
    assert [strange] == list(contest.unlooked([STRANGE.id])) == list(contest.ranking(STRANGE.id))
    both = held(3, entropy=0.5, margin=0.9)
    contest.enter(both)
    assert () == contest.close(MIXED.id)
    assert [strange, both] == list(contest.ranking(STRANGE.id))


def test_a_rule_with_better_frames_does_not_pay_for_what_another_takes() -> None:
    contest = Contest(POLICY)
    both, strange = held(0, entropy=0.5, margin=0.9), held(1, entropy=0.9)
    for frame in (both, strange):
        contest.enter(frame)

    assert {MIXED.id} == contest.leave(both)

    assert [MIXED.id] == list(both.values)
    assert {"rules.outdone", None} == {verdict.obstacle for verdict in both.decision.verdicts}
    assert [strange] == list(contest.ranking(STRANGE.id))


def test_a_rule_that_has_had_its_share_gets_no_more_until_its_slot_is_over() -> None:
    contest = Contest(POLICY)
    first, second, third = (held(second, entropy=0.5, margin=0.9 - second / 10) for second in range(3))
    contest.enter(first)
    contest.leave(first)
    contest.award({MIXED.id, STRANGE.id})

    contest.enter(second)
    assert () == contest.over(19 * SECOND)
    assert (MIXED.id,) == contest.over(20 * SECOND)
    assert (0, 0) == (contest.room(MIXED.id), contest.room(STRANGE.id))
    assert () == contest.close(MIXED.id)
    contest.enter(third)

    assert {MIXED.id} == contest.leave(third)
    assert [MIXED.id] == list(third.values)
    assert frozenset() == contest.leave(second)
    assert Drop("rules.outdone") == second.decision.outcome


def test_a_slot_whose_last_frame_has_left_is_closed_without_more() -> None:
    contest = Contest(POLICY)
    frame = held(0, entropy=0.5, margin=0.9)
    contest.enter(frame)
    contest.leave(frame)

    assert () == contest.close(STRANGE.id) == contest.ranking(STRANGE.id)


def test_a_frame_that_waits_for_no_rule_that_a_second_look_can_change_is_not_looked_at_again() -> None:
    contest = Contest(POLICY, reviewed={"entropy", "second_look"})
    mixed, strange = held(0, margin=0.9), held(1, entropy=0.5)
    for frame in (mixed, strange):
        contest.enter(frame)

    assert [strange] == list(contest.unlooked(contest.open()))


def test_a_second_look_raises_lowers_or_ends_it() -> None:
    contest = Contest(POLICY, reviewed={"entropy"})
    first, second, third = (held(second, entropy=value) for second, value in enumerate((0.9, 0.5, 0.4)))
    for frame in (first, second, third):
        contest.enter(frame)
    assert [first, second, third] == list(contest.unlooked([STRANGE.id]))

    assert () == contest.revalue(first, reconsider(first.decision, signals(0.3, 0.0)))
    assert () == contest.revalue(third, reconsider(third.decision, signals(0.95, 0.0)))
    assert [third, second, first] == list(contest.unlooked([STRANGE.id]))
    (gone,) = contest.revalue(third, reconsider(third.decision, signals(0.0, 0.0)))

    assert gone is third
    assert Drop("rules.second_look") == gone.decision.outcome
    second.looked = True
    assert [first] == list(contest.unlooked([STRANGE.id]))
    assert [second, first] == list(contest.ranking(STRANGE.id))


def test_no_more_than_so_many_wait() -> None:
    rules = tuple(
        replace(STRANGE, id=RuleId(f"rule-{index}"), when=Doubt(ENTROPY, index / 100)) for index in range(MOST)
    )
    policy = Policy(rules)
    contest = Contest(policy)

    out = [
        frame
        for second in range(3 * MOST)
        for frame in contest.enter(held(second, entropy=(second % 37 + 1) / 40, policy=policy))
    ]

    assert 2 * MOST <= len(out)
    assert len({id(frame) for frame in out}) == len(out)
    assert len(contest.unlooked(contest.open())) <= MOST


def test_pictures_that_wait_take_no_more_than_so_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.edge.contest.MOST_BYTES", 3500)
    rules = tuple(replace(STRANGE, id=RuleId(f"rule-{index}"), when=Doubt(ENTROPY, index / 10)) for index in range(9))
    contest = Contest(Policy(rules), reviewed={"entropy"})

    out = [
        frame
        for second in range(6)
        for frame in contest.enter(held(second, entropy=(second + 1) / 10, policy=Policy(rules), size=1000))
    ]

    waiting = contest.unlooked(contest.open())
    assert [0.6, 0.5, 0.4] == [frame.context.signals[ENTROPY].value for frame in waiting]  # type: ignore[union-attr]  # it is measured
    assert 3 == len(out)
