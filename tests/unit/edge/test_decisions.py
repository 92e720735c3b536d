"""The last decisions are remembered, and what came of each rule is counted."""

import sys
from dataclasses import replace

import pytest

from askance.edge.decided import Decided
from askance.edge.decisions import MOST, Decisions
from askance.edge.rules import Rule, RuleId, Verdict
from askance.edge.rules.bar import Bar, Best
from askance.edge.rules.finding import Finding
from askance.edge.rules.lottery import Lottery
from askance.edge.values import Drop
from askance.wire.identity import CameraId, FrameId
from askance.wire.receipts import MAX_REFUSALS, MAX_RULE_TALLIES, RuleTally
from support_clock import Clock

GATE, YARD = CameraId("gate"), CameraId("yard")
FRAME = FrameId("01HF7YAT00EMBCRV1C4Z9X7K2Q")
PEOPLE = Rule(RuleId("people"), "1-a", Lottery(0.5))
BAR = Bar(0, tuple(Best(index, 1.0) for index in range(1000)), (1.0,) * 1000)


def verdict(rule: Rule = PEOPLE, *, matched: bool = True, obstacle: str | None = None) -> Verdict:
    return Verdict(rule, Finding(matched, "random", float(matched), "drawn"), 0.5, obstacle, BAR, ((GATE, None, 7),))


def decided(*verdicts: Verdict, camera: CameraId = GATE, index: int = 0, ended: FrameId | Drop = FRAME) -> Decided:
    paid = [v for v in verdicts if v.finding.matched and v.rule.capture and not v.obstacle and ended == FRAME]
    payers = frozenset(v.rule.id for v in paid)
    return Decided(camera, index, index * 10, 1, verdicts, payers, ended)


@pytest.fixture
def decisions() -> Decisions:
    return Decisions(Clock())


def test_the_last_decisions_are_there_oldest_first(decisions: Decisions) -> None:
    for index in range(MOST + 10):
        decisions.note(decided(verdict(), camera=YARD if index % 2 else GATE, index=index))

    assert [263, 264, 265] == [one.decided.index for one in decisions.last(3)]
    assert [262, 264] == [one.decided.index for one in decisions.last(2, camera=GATE)]
    assert (MOST, MOST // 2) == (len(decisions.last(10**6)), len(decisions.last(10**6, camera=YARD)))
    assert () == decisions.last(9, camera=CameraId("nowhere"))


def test_the_last_decision_of_a_camera_is_there_however_many_others_fell_since(decisions: Decisions) -> None:
    for index in range(MOST + 10):
        decisions.note(decided(verdict(), camera=GATE if index else YARD, index=index))

    assert [(YARD, 0), (GATE, MOST + 9)] == [(one.decided.camera, one.decided.index) for one in decisions.latest()]


def test_it_is_known_when_a_decision_fell() -> None:
    clock = Clock()
    decisions = Decisions(clock)
    clock.now += 7.5
    decisions.note(decided(verdict()))

    assert [clock.now] == [one.at_s for one in decisions.last(1)]


def test_what_a_rule_has_seen_before_is_not_remembered(decisions: Decisions) -> None:
    what = decided(verdict(), verdict(matched=False))
    decisions.note(what)

    ((_, light),) = decisions.last(1)
    assert light == replace(what, verdicts=tuple(v._replace(bar=Bar(), subjects=()) for v in what.verdicts))
    assert sys.getsizeof(light.verdicts[0].bar.bests) < sys.getsizeof(BAR.bests) / 100


def test_what_came_of_a_rule_is_counted_and_adds_up(decisions: Decisions) -> None:
    watch = replace(PEOPLE, id=RuleId("watch"), capture=False)
    decisions.note(replace(decided(verdict(), verdict(watch)), counted=frozenset({watch.id})))
    decisions.note(decided(verdict(watch), ended=Drop("rules.count_only")))
    for reason in ("rules.cooldown", "rules.cooldown", "rules.outdone"):
        decisions.note(decided(verdict(obstacle=reason), verdict(watch, matched=False), ended=Drop(reason)))
    decisions.note(decided(verdict(), ended=Drop("store.full")))
    decisions.note(decided(verdict(matched=False), ended=Drop("rules.no_match")))

    tallies = decisions.tallies()
    assert {
        "people": RuleTally(matched=5, kept=1, refused={"cooldown": 2, "outdone": 1, "store.full": 1}),
        "watch": RuleTally(matched=2, kept=1, refused={"outdone": 1}),
    } == tallies
    assert tallies[PEOPLE.id].matched == tallies[PEOPLE.id].kept + sum(tallies[PEOPLE.id].refused.values())


def test_every_end_is_counted(decisions: Decisions) -> None:
    for ended in (FRAME, Drop("gate.still"), Drop("gate.still")):
        decisions.end(ended)

    assert {"kept": 1, "gate.still": 2} == decisions.ends()


def test_no_more_rules_and_reasons_are_told_of_than_a_status_bears(decisions: Decisions) -> None:
    rules = [replace(PEOPLE, id=RuleId(f"rule-{index}")) for index in range(2 * MAX_RULE_TALLIES)]
    old, new = rules[:MAX_RULE_TALLIES], rules[MAX_RULE_TALLIES:]
    decisions.note(decided(*(verdict(rule) for rule in old)))
    assert MAX_RULE_TALLIES == len(decisions.tallies())
    decisions.note(decided(verdict(old[0]), *(verdict(rule) for rule in new[1:])))

    assert {rule.id for rule in (old[0], *new[1:])} == decisions.tallies().keys()
    assert 2 == decisions.tallies()[old[0].id].kept
    for index in range(2 * MAX_REFUSALS):
        decisions.note(decided(verdict(old[0], obstacle=f"why.{index}"), ended=Drop("store.full")))
    assert MAX_REFUSALS == len(decisions.tallies()[old[0].id].refused)
