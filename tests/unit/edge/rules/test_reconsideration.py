"""A frame that has waited is judged by what is known by now."""

from collections.abc import Mapping
from dataclasses import replace

from askance.edge.rules.conditions import Doubt
from askance.edge.rules.context import FrameContext
from askance.edge.rules.decision import decide
from askance.edge.rules.document import RuleId
from askance.edge.rules.memory import Memory
from askance.edge.rules.payment import settle
from askance.edge.rules.policy import Policy, Rule
from askance.edge.rules.reconsideration import reconsider, remind
from askance.edge.values import Drop, Keep, Measure, Signal
from askance.wire.identity import CameraId
from support_scenes import SHARP, scene, still

SECOND = 10**9
NEAR, ENTROPY = Measure("near_threshold", None, 0.2, 0.6), Measure("entropy")
PEOPLE = Rule(RuleId("people"), "1-a", Doubt(NEAR, 0.0), {"near_threshold": 2.0}, pause_ns=5 * SECOND)
SCENE = Rule(RuleId("scene"), "1-b", Doubt(ENTROPY, 0.4))


def context(now_s: float = 0, *, near: float = 0.0, entropy: float = 0.0) -> FrameContext:
    signals: Mapping[Measure, Signal | None] = {
        NEAR: Signal("near_threshold", near, (1,), "car scored 0.41"),
        ENTROPY: Signal("entropy", entropy, (0, 1), "2 candidates"),
    }
    now_ns = round(now_s * SECOND)
    return FrameContext(CameraId("gate"), now_ns, now_ns, signals, SHARP, still(scene()), 0.9)


def kept(policy: Policy, memory: Memory, what: FrameContext) -> Keep:
    outcome = decide(policy, memory, context=what)[1].outcome
    assert isinstance(outcome, Keep)
    return outcome


def rules_of(keep: Keep) -> tuple[str, ...]:
    return tuple(payer.rule for payer in keep.payers)


def test_a_second_look_changes_whom_a_frame_matches_and_what_it_is_worth() -> None:
    """PEOPLE has kept a frame just now, so it is hindered whatever is seen; SCENE is not."""
    policy = Policy((SCENE, replace(PEOPLE, id=RuleId("more")), PEOPLE))
    busy, _ = settle(policy, Memory(), keep=kept(Policy((PEOPLE,)), Memory(), context(near=0.5)), size=1, now_ns=0)
    first = decide(policy, busy, context=context(1, near=0.5, entropy=0.5))[1]

    again = reconsider(first, context(near=0.6, entropy=0.9).signals)
    fewer = reconsider(first, context(near=0.6).signals)
    nobody = reconsider(first, context().signals)

    assert isinstance(first.outcome, Keep)
    assert isinstance(again.outcome, Keep)
    assert isinstance(fewer.outcome, Keep)
    assert {"more": 1.0, "scene": 0.5} == {payer.rule: payer.value for payer in first.outcome.payers}
    assert {"more": 1.2, "scene": 0.9} == {payer.rule: payer.value for payer in again.outcome.payers}
    assert ("more",) == rules_of(fewer.outcome)
    assert ["rules.cooldown"] * 3 == [
        next(verdict.obstacle for verdict in decision.verdicts if verdict.rule is PEOPLE)
        for decision in (first, again, fewer)
    ]
    assert Drop("rules.second_look") == nobody.outcome


def test_a_rule_that_matches_in_a_second_look_alone_does_not_pay() -> None:
    first = decide(Policy((SCENE, PEOPLE)), Memory(), context=context(near=0.5))[1]

    again = reconsider(first, context(near=0.5, entropy=0.9).signals)

    assert isinstance(again.outcome, Keep)
    assert ("people",) == rules_of(again.outcome)
    assert {"people", "scene"} == {reason.rule for reason in again.outcome.reasons}


def test_what_was_kept_while_a_frame_has_waited_hinders_it() -> None:
    policy = Policy((replace(SCENE, scene_ns=60 * SECOND), PEOPLE))
    waiting, meanwhile = context(near=0.5, entropy=0.5), context(2, near=0.5)
    memory, first = decide(policy, Memory(), context=waiting)
    paid, _ = settle(policy, memory, keep=kept(Policy((PEOPLE,)), memory, meanwhile), size=1, now_ns=meanwhile.now_ns)

    same = remind(first, memory, context=waiting)
    pausing = remind(first, paid, context=waiting)
    alike = remind(first, paid.kept(meanwhile), context=waiting)

    assert first.outcome == same.outcome
    assert isinstance(pausing.outcome, Keep)
    assert ("scene",) == rules_of(pausing.outcome)
    assert Drop("rules.cooldown") == alike.outcome
    assert {"rules.cooldown", "rules.alike"} == {verdict.obstacle for verdict in alike.verdicts}
