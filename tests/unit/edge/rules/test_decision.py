"""Decisions: kept or dropped, by whom, for how much, and never over a budget."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

import numpy as np
import pytest

from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import All, Doubt, Fault, Inhibit, Not, Novel
from askance.edge.rules.context import FrameContext
from askance.edge.rules.decision import LONGEST_GAP_NS, decide
from askance.edge.rules.document import RuleId
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.memory import Memory
from askance.edge.rules.payment import remember
from askance.edge.rules.policy import Policy, Rule
from askance.edge.values import Drop, Keep, Measure, Signal, Spending
from askance.units import Rate
from askance.wire.capture import Arm, Priority
from askance.wire.identity import CameraId
from support_scenes import SHARP, scene, still

SECOND = 10**9
TEN_YEARS_S = 10 * 365 * 86_400
GATE, YARD = CameraId("gate"), CameraId("yard")
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
    now_ns = round(now_s * SECOND)
    return FrameContext(GATE, now_ns, now_ns, signals, SHARP, still(scene()), draw)


def kept(policy: Policy, memory: Memory, what: FrameContext) -> Keep:
    outcome = decide(policy, memory, context=what)[1].outcome
    assert isinstance(outcome, Keep)
    return outcome


def rules_of(keep: Keep) -> tuple[str, ...]:
    return tuple(payer.rule for payer in keep.payers)


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
    assert (keep.value, rules_of(keep), keep.priority) == (1.0, ("people", "scene"), Priority.DOUBTFUL)


def test_a_rule_of_nothing_but_not_gives_itself_as_the_reason() -> None:
    rule = Rule(RuleId("empty"), "1", Not(Doubt(NEAR, 0.0)))
    keep = kept(Policy((rule,)), Memory(), context())
    assert (keep.reasons[0].signal, keep.reasons[0].text, keep.value) == ("not", "not: car scored 0.41", 0.0)


def test_the_lottery_wins_the_arm_whoever_else_pays() -> None:
    keep = kept(ALL, Memory(), context(near=0.9, draw=0.001))
    assert (keep.arm, keep.inclusion_probability, rules_of(keep)) == (Arm.RANDOM, 0.01, ("people", "lots"))
    assert keep.value == 1.8


def test_the_lottery_keeps_a_frame_that_no_other_rule_can_pay_for() -> None:
    memory = remember(ALL, [Spending("people", 0, 1, 100)], now_ns=0)
    keep = kept(ALL, memory, context(1, near=0.9, draw=0.001))
    assert (keep.arm, keep.value, rules_of(keep)) == (Arm.RANDOM, 0.5, ("lots",))
    assert [reason.rule for reason in keep.reasons] == ["people", "lots"], "who cannot pay still gives its reason"


def test_of_several_lotteries_the_greatest_chance_is_recorded() -> None:
    more = replace(LOTS, id=RuleId("more"), when=Lottery(0.1))
    assert kept(Policy((LOTS, more)), Memory(), context(draw=0.001)).inclusion_probability == 0.1


def test_a_rate_lottery_counts_the_time_since_the_last_decision() -> None:
    policy = Policy((replace(LOTS, when=Lottery(Rate(6, timedelta(minutes=1)))),))
    memory, decided = decide(policy, Memory(), context=context(0, draw=0.0))
    first = decided.outcome
    assert first == Drop("rules.no_match")
    assert kept(policy, memory, context(2, draw=0.0)).inclusion_probability == pytest.approx(0.2)


LOTTERY = Policy((replace(LOTS, when=Lottery(Rate(6, timedelta(minutes=1)))),))


def test_cameras_share_the_rate() -> None:
    memory, _ = decide(LOTTERY, Memory(), context=context(0))
    assert kept(LOTTERY, memory, replace(context(2, draw=0.0), cameras=4)).inclusion_probability == pytest.approx(0.05)


def test_a_frame_after_a_long_gap_stands_for_no_more_than_the_longest_that_counts() -> None:
    hourly = Policy((replace(LOTS, when=Lottery(Rate(6, timedelta(hours=1)))),))
    memory, _ = decide(hourly, Memory(), context=context(0))
    chance = kept(hourly, memory, context(10**6, draw=0.0)).inclusion_probability
    assert chance == pytest.approx(6 * LONGEST_GAP_NS / (3600 * SECOND))


def test_a_time_line_that_steps_back_draws_nothing_and_goes_on_from_there() -> None:
    memory, _ = decide(LOTTERY, Memory(), context=context(1000))
    memory, decided = decide(LOTTERY, memory, context=context(10, draw=0.0))
    outcome = decided.outcome
    assert outcome == Drop("rules.no_match")
    assert kept(LOTTERY, memory, context(11, draw=0.0)).inclusion_probability == pytest.approx(0.1)


def test_interleaved_time_lines_are_drawn_at_the_rate_and_with_the_probability_they_record() -> None:
    hourly = Policy((replace(LOTS, when=Lottery(Rate(6, timedelta(hours=1)))),))
    draws = np.random.default_rng(3).random(60_000)
    memory, expected, drawn = Memory(), 0.0, 0
    for number, draw in enumerate(draws):
        # one camera live at ten frames a second, the other a recording that lies a day ahead
        camera, taken_s = (GATE, number / 20) if number % 2 else (YARD, 86_400 + number / 20)
        what = replace(
            context(86_400 + number / 20, draw=float(draw)), camera=camera, taken_ns=round(taken_s * SECOND), cameras=2
        )
        memory, decided = decide(hourly, memory, context=what)
        outcome = decided.outcome
        if isinstance(outcome, Keep):
            drawn += 1
            assert outcome.inclusion_probability == pytest.approx(6 / 3600 * 0.1 / 2)
        expected += 6 / 3600 * 0.1 / 2
    assert expected == pytest.approx(5.0)
    assert abs(drawn - expected) < 4 * expected**0.5


@pytest.mark.parametrize(
    ("today", "counts"),
    [
        pytest.param(date(2027, 1, 30), True, id="the-day-before"),
        pytest.param(date(2027, 1, 31), False, id="the-day"),
        pytest.param(None, True, id="no-clock"),
    ],
)
def test_a_rule_expires_while_the_agent_runs(today: date | None, *, counts: bool) -> None:
    policy = Policy((replace(SCENE, expires=date(2027, 1, 31)), LOTS))
    local = None if today is None else datetime.combine(today, time(1), timezone(timedelta(hours=13)))
    outcome = decide(policy, Memory(), context=replace(context(entropy=0.6), local=local))[1].outcome
    assert isinstance(outcome, Keep) == counts
    assert policy.expired(today) == (() if counts else ("scene",))


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
    after, decided = decide(policy, memory, context=what)
    outcome = decided.outcome
    assert outcome == Drop(reason)
    assert replace(after, bars={}) == replace(memory, seen_ns={GATE: what.taken_ns})


def test_judgement_puts_matching_rules_first() -> None:
    verdicts = decide(ALL, Memory(), context=context(entropy=0.6))[1].verdicts
    assert [(verdict.rule.id, verdict.finding.matched) for verdict in verdicts] == [
        ("scene", True),
        ("people", False),
        ("lots", False),
    ]


def test_what_inhibits_is_remembered_by_camera_and_told_to_the_next_frames() -> None:
    wiper = Inhibit(Doubt(ENTROPY, 0.9), 10 * SECOND)
    policy = Policy((replace(PEOPLE, when=All((Doubt(NEAR, 0.0), wiper)), pause_ns=0, limits=Limits()),))
    memory, decided = decide(policy, Memory(), context=context(0, near=0.5, entropy=0.95))
    during = decided.outcome
    memory, decided = decide(policy, memory, context=context(9.9, near=0.5))
    after = decided.outcome
    elsewhere = decide(policy, memory, context=replace(context(9.9, near=0.5), camera=YARD))[1].outcome
    memory, decided = decide(policy, memory, context=context(10, near=0.5))
    later = decided.outcome

    assert (during, after) == (Drop("rules.no_match"), Drop("rules.no_match"))
    assert isinstance(elsewhere, Keep)
    assert isinstance(later, Keep)
    assert memory.held_ns == {GATE: {wiper: 0}}


def test_what_inhibits_after_a_jump_of_the_time_line_by_ten_years_is_over() -> None:
    wiper = Inhibit(Doubt(ENTROPY, 0.9), 10 * SECOND)
    policy = Policy((replace(PEOPLE, when=All((Doubt(NEAR, 0.0), wiper)), pause_ns=0, limits=Limits()),))
    memory, _ = decide(policy, Memory(), context=context(TEN_YEARS_S, entropy=0.95))

    for now_s in (0, 2 * TEN_YEARS_S):
        assert isinstance(decide(policy, memory, context=context(now_s, near=0.5))[1].outcome, Keep)


def test_novelty_is_asked_of_what_was_kept_at_the_same_camera_and_pose() -> None:
    policy = Policy((replace(SCENE, when=Novel(0.5)),))
    memory = Memory().kept(context())

    assert decide(policy, memory, context=context(1))[1].outcome == Drop("rules.no_match")
    assert kept(policy, memory, replace(context(1), camera=YARD)).value == 1
    assert (
        kept(policy, memory, replace(context(1), pose="gate")).reasons[0].text == "looks unlike what was kept by 1.00"
    )


def test_a_rule_of_the_weight_of_novelty_alone_needs_no_condition_of_it() -> None:
    policy = Policy((replace(PEOPLE, weights={"near_threshold": 1.0, "novelty": 0.5}),))

    assert kept(policy, Memory(), context(near=0.5)).value == 1.0
    assert kept(policy, Memory().kept(context()), context(near=0.5)).value == 0.5
