"""A rule that keeps nothing is told why it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from askance.edge.rules import Policy, Rule
from askance.edge.rules.bar import Bar
from askance.edge.rules.budgets import Limits
from askance.edge.rules.circumstances import Asked
from askance.edge.rules.conditions import All, Not
from askance.edge.rules.finding import Finding
from askance.edge.rules.judgement import Verdict
from askance.edge.values import Drop
from askance.replay.account import Account
from askance.replay.advice import advice
from askance.units import Rate
from support_replay import PEOPLE, SCENE, WATCH, decision, verdict


def unmatched(rule: Rule, *parts: Finding) -> Verdict:
    """Say that the parts of a rule's condition do not hold together."""
    return Verdict(rule, Finding(False, "all", 0.0, "", parts=parts), 0.0, None, Bar())


def test_a_rule_that_matched_nothing_is_told_what_did_not_hold() -> None:
    sharp = replace(PEOPLE, when=All((PEOPLE.when, Not(SCENE.when))))
    near, nobody = Finding(True, "near_threshold", 0.5, ""), Finding(False, "near_threshold", 0.0, "")
    blurred = Finding(False, "not", 0.0, "", parts=(Finding(True, "quality", 0.9, ""),))
    account = Account(Policy((sharp, SCENE)))
    for number, parts in enumerate(((near, blurred), (near, blurred), (nobody, blurred))):
        account.note(decision(number, unmatched(sharp, *parts), verdict(SCENE), paid=(SCENE,)))

    (note,) = advice(account)

    assert note == "rule people matched no frame; what did not hold: `not quality` in 2, `near_threshold` in 1"


def test_of_what_recordings_do_not_tell_nothing_is_said() -> None:
    button = replace(SCENE, when=Asked())
    account = Account(Policy((button,)))
    account.note(decision(0, Verdict(button, Finding(False, "manual", 0.0, ""), 0.0, None, Bar())))

    assert [] == list(advice(account))


@pytest.mark.parametrize("rule", [PEOPLE, WATCH], ids=["captures", "counts"])
def test_a_budget_that_does_for_no_frame_is_told_with_one_that_would(rule: Rule) -> None:
    poor = replace(rule, limits=Limits(None, Rate(10_000, timedelta(days=1))))
    account = Account(Policy((poor, SCENE)))
    refused = verdict(poor, obstacle="rules.budget_bytes")
    for number, size in enumerate((48_213, 47_001, 52_000)):
        ended = Drop("rules.budget_bytes")
        account.note(replace(decision(number, refused, verdict(SCENE), ended=ended), size=size))
    (note,) = advice(account)
    less = f"rule {poor.id}: its budget of bytes, 10kB/day, is less than any frame that it would keep"
    assert f"{less}; the smallest has 47001 bytes: write `bytes: 48kB/day`, or more" == note

    account.note(decision(3, verdict(poor), paid=(poor,)))
    account.note(replace(decision(4, refused), size=9_000))
    assert [] == list(advice(account))
