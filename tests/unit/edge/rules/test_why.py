"""What a rule did with a frame is said in a word and a sentence."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.bar import Bar
from askance.edge.rules.circumstances import Asked, Reading
from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Fault, Inhibit, Not, Novel, walk
from askance.edge.rules.document import RuleId
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.judgement import Verdict
from askance.edge.rules.policy import Rule
from askance.edge.rules.why import Why, explain, failing, outcome
from askance.edge.values import Drop, Measure, Signal
from askance.wire.identity import FrameId
from support_scenes import SHARP

NEAR, ENTROPY = Measure("near_threshold", None, 0.2, 0.6), Measure("entropy")
SIGNALS: Mapping[Measure, Signal | None] = {
    NEAR: Signal("near_threshold", 0.5, (0,), "car 0.41 lies in the band"),
    ENTROPY: Signal("entropy", 0.25, (), "2 candidates"),
    Measure("margin"): None,
    Measure("overlap"): Signal("overlap", 0.0, (), "nothing overlaps"),
}
FACTS = FrameFacts(SIGNALS, SHARP, draw=0.5, elapsed_ns=0, novelty=0.3, readings={"speed": 4.0})
UNSURE, MESSY = Doubt(NEAR, 0.0), Doubt(ENTROPY, 0.4)
SHARP_ENOUGH, FAST = Not(Fault(0.9, None, None)), Reading("speed", 8.0, None)
PEOPLE = Rule(RuleId("people"), "1-a", UNSURE)
FRAME = FrameId("01HF7YAT00EMBCRV1C4Z9X7K2Q")
NO_MATCH = Drop("rules.no_match")


def verdict(when: Clause, *, value: float = 0.0, obstacle: str | None = None, capture: bool = True) -> Verdict:
    return Verdict(replace(PEOPLE, when=when, capture=capture), when.evaluate(FACTS), value, obstacle, Bar())


@pytest.mark.parametrize(
    ("when", "clause", "text"),
    [
        (MESSY, "entropy", "2 candidates: 0.25, at least 0.40"),
        (Doubt(ENTROPY, 0.2501), "entropy", "2 candidates: 0.2500, at least 0.2501"),
        (Novel(0.5), "novelty", "looks unlike what was kept by 0.30: 0.30, at least 0.50"),
        (Doubt(Measure("overlap"), 0.1), "overlap", "nothing overlaps"),
        (Doubt(Measure("margin"), 0.1), "margin", "the model gives no margin"),
        (All((UNSURE, FAST, MESSY)), "signal", "speed 4, not above 8"),
        (AnyOf((FAST, Doubt(Measure("overlap"), 0.1), MESSY)), "entropy", "2 candidates: 0.25, at least 0.40"),
        (SHARP_ENOUGH, "not quality", "sharpness 0.60, below 0.90"),
        (Not(AnyOf((FAST, UNSURE))), "not near_threshold", "car 0.41 lies in the band"),
        (Inhibit(UNSURE, 10), "inhibit", "inhibited now"),
        (All((UNSURE, AnyOf((Asked(), All((UNSURE, MESSY)))))), "entropy", "2 candidates: 0.25, at least 0.40"),
    ],
)
def test_the_clause_that_did_not_hold_is_found_with_what_it_would_have_taken(
    when: Clause, clause: str, text: str
) -> None:
    finding = when.evaluate(FACTS)

    assert not finding.matched
    assert (clause, text) == failing(when, finding)


LEAVES: list[Clause] = [UNSURE, MESSY, FAST, Asked(), Novel(0.2), Doubt(Measure("margin"), 0.1), Fault(0.9, None, None)]
CLAUSES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
        | inner.map(Not)
        | inner.map(lambda part: Inhibit(part, 5))
    ),
    max_leaves=8,
)


@given(when=CLAUSES)
def test_of_whatever_condition_did_not_hold_a_part_is_named_that_stands_in_it(when: Clause) -> None:
    finding = when.evaluate(FACTS)
    if finding.matched:
        assert explain(verdict(when), (), ended=NO_MATCH).text == finding.strongest().text
        return
    clause, text = failing(when, finding)

    assert text
    name = clause.removeprefix("not ")
    assert name == "inhibit" or name in {part.evaluate(FACTS).clause for part in walk(when)}


def test_a_rule_that_matches_is_explained_by_its_strongest_evidence() -> None:
    when = All((UNSURE, Not(FAST)))

    assert Why(PEOPLE.id, "paid", 0.6, "near_threshold", "car 0.41 lies in the band") == explain(
        verdict(when, value=0.6), {PEOPLE.id}, ended=FRAME
    )


def test_a_rule_that_does_not_match_is_explained_by_what_did_not_hold() -> None:
    assert Why(PEOPLE.id, "no_match", 0.0, "signal", "speed 4, not above 8") == explain(
        verdict(All((UNSURE, FAST))), (), ended=NO_MATCH
    )


def test_what_came_of_a_rule_is_said_in_a_word() -> None:
    matched = verdict(UNSURE)
    others = {RuleId("others")}

    assert "no_match" == outcome(verdict(MESSY), {PEOPLE.id}, ended=FRAME)
    watch = verdict(UNSURE, capture=False)
    assert "counted" == outcome(watch, {watch.rule.id}, ended=FRAME)
    assert "outdone" == outcome(watch, others, ended=FRAME)
    assert "cooldown" == outcome(watch._replace(obstacle="rules.cooldown"), others, ended=FRAME)
    assert "cooldown" == outcome(matched._replace(obstacle="rules.cooldown"), others, ended=FRAME)
    assert "outdone" == outcome(matched, (), ended=Drop("rules.outdone"))
    assert "store.full" == outcome(matched, (), ended=Drop("store.full"))
    assert "budget_bytes" == outcome(matched, others, ended=FRAME)
