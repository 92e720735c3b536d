"""Rules pay, never over a budget, and what they pay for is theirs."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import Doubt
from askance.edge.rules.context import FrameContext
from askance.edge.rules.decision import decide
from askance.edge.rules.document import RuleId
from askance.edge.rules.memory import Memory
from askance.edge.rules.payment import count, defray, remember, settle
from askance.edge.rules.policy import Policy, Rule
from askance.edge.values import Drop, Keep, Measure, Payer, Signal, Spending
from askance.units import Rate
from askance.wire.capture import Arm, Priority, Reason
from askance.wire.identity import CameraId
from support_scenes import SHARP, scene, still

SECOND = 10**9
NEAR = Measure("near_threshold", None, 0.2, 0.6)
PEOPLE = Rule(
    RuleId("people"),
    "1-a",
    Doubt(NEAR, 0.0),
    limits=Limits(Rate(2, timedelta(minutes=1)), Rate(100, timedelta(minutes=1))),
    pause_ns=5 * SECOND,
)
SCENE = Rule(RuleId("scene"), "1-b", Doubt(NEAR, 0.0))
ALL = Policy((PEOPLE, SCENE))
REASONS = tuple(
    Reason(rule=rule.id, rule_version="1", signal="near_threshold", value=0.5, text="") for rule in ALL.rules
)
RICH = Payer("people", 1.8, Arm.TEMPORAL, Priority.REQUESTED)
POOR = Payer("scene", 0.6, Arm.UNCERTAINTY, Priority.FILLER)
KEEP = Keep(REASONS, (RICH, POOR))


def context(now_s: int) -> FrameContext:
    signals = {NEAR: Signal("near_threshold", 0.5, (), "car scored 0.41")}
    return FrameContext(CameraId("gate"), now_s * SECOND, now_s * SECOND, signals, SHARP, still(scene()), 0.9)


def test_settling_takes_from_each_payer() -> None:
    memory, outcome = settle(ALL, Memory(), keep=KEEP, size=60, now_ns=7)
    assert outcome == KEEP
    assert memory.purse(RuleId("people")).spendings == (Spending("people", 7, 1, 60),)
    assert memory.purse(RuleId("scene")).spendings == (Spending("scene", 7, 1, 60),)


def test_a_rule_that_only_counts_pays_out_of_an_account_of_its_own() -> None:
    policy = Policy((replace(PEOPLE, capture=False), SCENE))
    account = RuleId("count_only:people")
    paid = Spending(account, 7, 1, 60)

    memory, spent = count(policy, Memory(), payer=RICH, size=60, now_ns=7)

    assert paid == spent
    assert {account: (paid,)} == {rule: purse.spendings for rule, purse in memory.purses.items()}
    assert Drop("rules.cooldown") == count(policy, memory, payer=RICH, size=1, now_ns=8)[1]
    assert Drop("rules.budget_bytes") == count(policy, memory, payer=RICH, size=41, now_ns=20 * SECOND)[1]
    assert memory.purses == remember(policy, [paid, Spending("people", 7, 1, 99)], now_ns=9).purses
    assert not remember(ALL, [paid], now_ns=9).purses, "what it would have spent is no debt once it captures"


def test_a_payer_that_cannot_afford_the_bytes_lends_neither_value_nor_arm_nor_priority() -> None:
    memory, outcome = settle(ALL, Memory(), keep=KEEP, size=101, now_ns=0)
    assert isinstance(outcome, Keep)
    assert outcome.payers == (POOR,)
    assert (outcome.value, outcome.arm, outcome.priority) == (0.6, Arm.UNCERTAINTY, Priority.FILLER)
    assert [reason.rule for reason in outcome.reasons] == ["people", "scene"], "every reason stays"
    assert list(memory.purses) == ["scene"]


def test_a_frame_that_nobody_can_afford_is_dropped_and_costs_nothing() -> None:
    keep = replace(KEEP, payers=(RICH,))
    assert settle(ALL, Memory(), keep=keep, size=101, now_ns=0) == (Memory(), Drop("rules.budget_bytes"))


def test_a_rule_that_has_paid_since_it_was_asked_pauses_and_keeps_its_budget() -> None:
    """A frame that has waited for better ones is paid for late; another one may have been since."""
    memory, _ = settle(ALL, Memory(), keep=replace(KEEP, payers=(RICH,)), size=1, now_ns=10 * SECOND)
    near, later = 10 * SECOND + PEOPLE.pause_ns // 2, 10 * SECOND + PEOPLE.pause_ns
    twice = settle(ALL, memory, keep=replace(KEEP, payers=(RICH,)), size=1, now_ns=later)[0]

    assert Drop("rules.cooldown") == settle(ALL, memory, keep=replace(KEEP, payers=(RICH,)), size=1, now_ns=near)[1]
    assert (
        Drop("rules.budget_frames")
        == (settle(ALL, twice, keep=replace(KEEP, payers=(RICH,)), size=1, now_ns=later + PEOPLE.pause_ns)[1])
    )


def test_a_frame_around_another_costs_bytes_alone_and_is_no_reason_to_pause() -> None:
    payers = [PEOPLE.id, RuleId("gone")]
    memory, spent = defray(ALL, Memory(), payers=payers, size=60, at_ns=SECOND)

    assert (Spending("people", SECOND, 0, 60),) == spent == memory.purse(PEOPLE.id).spendings
    assert (memory, ()) == defray(ALL, memory, payers=payers, size=60, at_ns=SECOND), "100 bytes are all it has"
    assert isinstance(settle(ALL, memory, keep=replace(KEEP, payers=(RICH,)), size=1, now_ns=SECOND)[1], Keep)


def test_what_has_waited_is_paid_for_late_and_still_out_of_one_budget() -> None:
    """A slot keeps its best frame first, whenever it was taken."""
    slow = replace(PEOPLE, limits=Limits(Rate(1, timedelta(minutes=1))), pause_ns=0, slot_ns=600 * SECOND)
    policy, keep, memory = Policy((slow,)), replace(KEEP, payers=(RICH,)), Memory()
    ended = list[Keep | Drop]()
    for taken_s in (550, 10, 40):
        memory, outcome = settle(policy, memory, keep=keep, size=1, now_ns=taken_s * SECOND)
        ended.append(outcome)

    assert [keep, keep, Drop("rules.budget_frames")] == ended


def test_memory_begins_with_what_the_store_knows() -> None:
    memory = remember(ALL, [Spending("people", 90 * SECOND, 1, 9), Spending("gone", 1, 1, 9)], now_ns=10 * SECOND)
    assert list(memory.purses) == ["people"], "payments of rules that are no more are forgotten"
    assert memory.purses[RuleId("people")].spendings == (Spending("people", 10 * SECOND, 1, 9),)


steps = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60), st.booleans()), max_size=80)


@given(steps)
def test_no_budget_is_overdrawn_in_any_window_nor_across_restarts(moves: list[tuple[int, int, bool]]) -> None:
    policy, memory, now_s = Policy((PEOPLE,)), Memory(), 0
    paid: list[Spending] = []
    for step, size, restart in moves:
        now_s += step
        if restart:
            memory = remember(policy, paid, now_ns=now_s * SECOND)
        memory, decided = decide(policy, memory, context=context(now_s))
        outcome = decided.outcome
        if isinstance(outcome, Keep):
            memory, settled = settle(policy, memory, keep=outcome, size=size, now_ns=now_s * SECOND)
            if isinstance(settled, Keep):
                paid.append(Spending("people", now_s * SECOND, 1, size))
    for start in paid:
        window = [other for other in paid if start.at_ns <= other.at_ns < start.at_ns + 60 * SECOND]
        assert len(window) <= 2
        assert sum(spending.bytes for spending in window) <= 100
    assert all(later.at_ns - earlier.at_ns >= PEOPLE.pause_ns for earlier, later in pairwise(paid))
