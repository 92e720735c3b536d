"""Decisions: kept or dropped, by whom, for how much, and never over a budget."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import All, Doubt, Fault, Not
from askance.edge.rules.document import RuleId
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.policy import FrameContext, Memory, Policy, Rule, decide, judge, remember, settle
from askance.edge.values import Drop, Keep, Measure, Signal, Spending
from askance.units import Rate
from askance.wire.capture import Arm, Priority
from support_scenes import SHARP

SECOND = 10**9
NEAR, ENTROPY = Measure("near_threshold", None, 0.2, 0.6), Measure("entropy")
PEOPLE = Rule(
    RuleId("people"),
    "1-a",
    Doubt(NEAR, 0.0),
    {"near_threshold": 2.0, "entropy": 1.0},
    Limits(Rate(2, timedelta(minutes=1)), Rate(100, timedelta(minutes=1))),
    pause_ns=5 * SECOND,
)
SCENE = Rule(RuleId("scene"), "1-b", All((Doubt(ENTROPY, 0.4), Not(Fault(0.1, None, None)))), priority=Priority.FILLER)
LOTS = Rule(RuleId("lots"), "1-c", Lottery(0.01), {"random": 0.5}, arm=Arm.RANDOM)
WATCH = replace(PEOPLE, id=RuleId("watch"), capture=False)
ALL = Policy((SCENE, PEOPLE, LOTS))


def context(now_s: float = 0, *, near: float = 0.0, entropy: float = 0.0, draw: float = 0.9) -> FrameContext:
    signals: Mapping[Measure, Signal | None] = {
        NEAR: Signal("near_threshold", near, (1,), "car scored 0.41"),
        ENTROPY: Signal("entropy", entropy, (0, 1), "2 candidates"),
    }
    return FrameContext(round(now_s * SECOND), signals, SHARP, draw)


def kept(policy: Policy, memory: Memory, what: FrameContext) -> Keep:
    outcome = decide(policy, memory, context=what)[1]
    assert isinstance(outcome, Keep)
    return outcome


def test_every_rule_that_matches_is_recorded_strongest_first() -> None:
    keep = kept(ALL, Memory(), context(near=0.5, entropy=0.6))
    assert [(reason.rule, reason.rule_version, reason.signal, reason.value) for reason in keep.reasons] == [
        ("people", "1-a", "near_threshold", 0.5),
        ("scene", "1-b", "entropy", 0.6),
    ]
    assert [reason.text for reason in keep.reasons] == ["car scored 0.41", "2 candidates"]
    assert [reason.objects for reason in keep.reasons] == [(1,), (0, 1)]


def test_the_value_is_the_greatest_weighted_sum_of_the_payers() -> None:
    keep = kept(ALL, Memory(), context(near=0.5, entropy=0.6))
    assert (keep.value, keep.payers, keep.priority) == (1.0, ("people", "scene"), Priority.DOUBTFUL)


def test_a_rule_without_weights_is_worth_its_strongest_signal() -> None:
    keep = kept(ALL, Memory(), context(entropy=0.6))
    assert (keep.value, keep.payers, keep.priority) == (0.6, ("scene",), Priority.FILLER)


def test_a_signal_counts_once_with_its_strongest_value() -> None:
    other = Measure("near_threshold", None, 0.1, 0.9)
    rule = replace(PEOPLE, when=All((Doubt(other, 0.0), Doubt(NEAR, 0.0), Doubt(ENTROPY, 0.0))))
    what = context(near=0.5, entropy=0.25)
    signals = {**what.signals, other: Signal("near_threshold", 0.75, (), "")}
    assert kept(Policy((rule,)), Memory(), replace(what, signals=signals)).value == 2.0 * 0.75 + 0.25


def test_a_rule_of_nothing_but_not_gives_itself_as_the_reason() -> None:
    rule = Rule(RuleId("empty"), "1", Not(Doubt(NEAR, 0.0)))
    keep = kept(Policy((rule,)), Memory(), context())
    assert (keep.reasons[0].signal, keep.reasons[0].text, keep.value) == ("not", "not: car scored 0.41", 0.0)


def test_the_lottery_wins_the_arm_whoever_else_pays() -> None:
    keep = kept(ALL, Memory(), context(near=0.9, draw=0.001))
    assert (keep.arm, keep.inclusion_probability, keep.payers) == (Arm.RANDOM, 0.01, ("people", "lots"))
    assert keep.value == 1.8


def test_the_lottery_keeps_a_frame_that_no_other_rule_can_pay_for() -> None:
    memory = remember(ALL, [Spending("people", 0, 1, 100)], now_ns=0)
    keep = kept(ALL, memory, context(1, near=0.9, draw=0.001))
    assert (keep.arm, keep.value, keep.payers) == (Arm.RANDOM, 0.5, ("lots",))
    assert [reason.rule for reason in keep.reasons] == ["people", "lots"], "who cannot pay still gives its reason"


def test_of_several_lotteries_the_greatest_chance_is_recorded() -> None:
    more = replace(LOTS, id=RuleId("more"), when=Lottery(0.1))
    assert kept(Policy((LOTS, more)), Memory(), context(draw=0.001)).inclusion_probability == 0.1


def test_a_rate_lottery_counts_the_time_since_the_last_decision() -> None:
    policy = Policy((replace(LOTS, when=Lottery(Rate(6, timedelta(minutes=1)))),))
    memory, first = decide(policy, Memory(), context=context(0, draw=0.0))
    assert first == Drop("rules.no_match")
    assert kept(policy, memory, context(2, draw=0.0)).inclusion_probability == pytest.approx(0.2)


def test_outside_the_random_arm_there_is_no_probability() -> None:
    keep = kept(ALL, Memory(), context(near=0.5))
    assert (keep.arm, keep.inclusion_probability) == (Arm.UNCERTAINTY, None)


@pytest.mark.parametrize(
    ("policy", "paid", "what", "reason"),
    [
        pytest.param(ALL, [], context(), "rules.no_match", id="no-match"),
        pytest.param(Policy(()), [], context(near=0.5), "rules.no_match", id="no-rules"),
        pytest.param(Policy((WATCH,)), [], context(near=0.5), "rules.count_only", id="count-only"),
        pytest.param(ALL, [Spending("people", 0, 1, 1)], context(4.9, near=0.5), "rules.cooldown", id="cooldown"),
        pytest.param(
            Policy((PEOPLE, WATCH)),
            [Spending("people", 0, 1, 1), Spending("people", 9 * SECOND, 1, 1)],
            context(20, near=0.5),
            "rules.budget_frames",
            id="budget",
        ),
    ],
)
def test_a_drop_has_its_reason(policy: Policy, paid: list[Spending], what: FrameContext, reason: str) -> None:
    memory = remember(policy, paid, now_ns=30 * SECOND)
    after, outcome = decide(policy, memory, context=what)
    assert outcome == Drop(reason)
    assert after == replace(memory, seen_ns=what.now_ns)


def test_judgement_puts_matching_rules_first() -> None:
    verdicts = judge(ALL, Memory(), context=context(entropy=0.6))
    assert [(verdict.rule.id, verdict.finding.matched) for verdict in verdicts] == [
        ("scene", True),
        ("people", False),
        ("lots", False),
    ]


def test_settling_writes_what_each_payer_pays() -> None:
    keep = kept(ALL, Memory(), context(7, near=0.5, entropy=0.6))
    memory, outcome = settle(ALL, Memory(), keep=keep, size=60, now_ns=7)
    assert outcome == (Spending("scene", 7, 1, 60), Spending("people", 7, 1, 60))
    assert memory.purses[RuleId("people")].spendings == (Spending("people", 7, 1, 60),)


def test_a_payer_that_cannot_afford_the_bytes_does_not_pay() -> None:
    keep = kept(ALL, Memory(), context(near=0.5, entropy=0.6))
    assert settle(ALL, Memory(), keep=keep, size=101, now_ns=0)[1] == (Spending("scene", 0, 1, 101),)


def test_a_frame_that_nobody_can_afford_is_dropped() -> None:
    keep = kept(ALL, Memory(), context(near=0.5))
    assert settle(ALL, Memory(), keep=keep, size=101, now_ns=0) == (Memory(), Drop("rules.budget_bytes"))


def test_frames_decided_meanwhile_close_the_budget() -> None:
    keep = kept(ALL, Memory(), context(near=0.5))
    memory = remember(ALL, [Spending("people", 0, 1, 1)] * 2, now_ns=0)
    assert settle(ALL, memory, keep=keep, size=1, now_ns=0) == (memory, Drop("rules.budget_frames"))


def test_memory_begins_with_what_the_store_knows() -> None:
    memory = remember(ALL, [Spending("people", 90 * SECOND, 1, 9), Spending("gone", 1, 1, 9)], now_ns=10 * SECOND)
    assert list(memory.purses) == ["people"], "payments of rules that are no more are forgotten"
    assert memory.purses[RuleId("people")].spendings == (Spending("people", 10 * SECOND, 1, 9),)


def test_the_policy_knows_what_to_measure_and_how_far_to_look_back() -> None:
    assert ALL.measures == {NEAR, ENTROPY}
    assert ALL.memory_ns == 60 * SECOND
    assert Policy((replace(PEOPLE, limits=Limits()),)).memory_ns == 5 * SECOND
    assert Policy(()).memory_ns == 0


steps = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60), st.booleans()), max_size=80)


@given(steps)
def test_no_budget_is_overdrawn_in_any_window_nor_across_restarts(moves: list[tuple[int, int, bool]]) -> None:
    policy, memory, now_s = Policy((PEOPLE,)), Memory(), 0
    paid: list[Spending] = []
    for step, size, restart in moves:
        now_s += step
        if restart:
            memory = remember(policy, paid, now_ns=now_s * SECOND)
        memory, outcome = decide(policy, memory, context=context(now_s, near=0.5))
        if isinstance(outcome, Keep):
            memory, settled = settle(policy, memory, keep=outcome, size=size, now_ns=now_s * SECOND)
            paid += settled if isinstance(settled, tuple) else ()
    for start in paid:
        window = [other for other in paid if start.at_ns <= other.at_ns < start.at_ns + 60 * SECOND]
        assert len(window) <= 2
        assert sum(spending.bytes for spending in window) <= 100
    assert all(later.at_ns - earlier.at_ns >= PEOPLE.pause_ns for earlier, later in pairwise(paid))
