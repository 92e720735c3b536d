"""Conditions hold or not, and say why."""

from collections.abc import Hashable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.conditions import (
    All,
    AnyOf,
    Clause,
    Doubt,
    Fault,
    Inhibit,
    Not,
    Novel,
    measures,
    walk,
    within,
)
from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding
from askance.edge.rules.lottery import Lottery
from askance.edge.values import Area, Measure, Quality, Signal
from askance.units import Rate
from support_scenes import SHARP

NEAR, ENTROPY, MARGIN = Measure("near_threshold", None, 0.2, 0.6), Measure("entropy"), Measure("margin")
SECOND = 10**9
TEN_YEARS_NS = 10 * 365 * 86_400 * SECOND
FACTS = FrameFacts(
    signals={
        NEAR: Signal("near_threshold", 0.5, (1, 0), "car scored 0.41"),
        ENTROPY: Signal("entropy", 0.3, (2,), "3 candidates"),
        MARGIN: None,
    },
    quality=SHARP,
    draw=0.5,
    elapsed_ns=60 * 10**9,
)
YES, NO = Doubt(NEAR, 0.0), Doubt(ENTROPY, 0.9)
DARK = replace(SHARP, sharpness=0.05, brightness=0.1)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        pytest.param(YES, Finding(True, "near_threshold", 0.5, "car scored 0.41", (1, 0)), id="doubt"),
        pytest.param(NO, Finding(False, "entropy", 0.3, "3 candidates", (2,)), id="too-little-doubt"),
        pytest.param(Doubt(ENTROPY, 0.3), Finding(True, "entropy", 0.3, "3 candidates", (2,)), id="just-enough"),
        pytest.param(Doubt(MARGIN, 0.1), Finding(False, "margin", 0.0, "the model gives no margin"), id="unsupported"),
        pytest.param(Lottery(0.6), Finding(True, "random", 1.0, "drawn by lot"), id="drawn"),
        pytest.param(Lottery(0.4), Finding(False, "random", 0.0, "not drawn by lot"), id="not-drawn"),
        pytest.param(
            Lottery(Rate(50, timedelta(hours=1))), Finding(True, "random", 1.0, "drawn by lot"), id="drawn-by-rate"
        ),
    ],
)
def test_a_leaf_says_whether_it_held_and_why(clause: Clause, expected: Finding) -> None:
    assert expected == clause.evaluate(FACTS)


def test_no_doubt_at_all_never_matches() -> None:
    facts = replace(FACTS, signals={NEAR: Signal("near_threshold", 0.0, (), "nothing")})
    assert not YES.evaluate(facts).matched


FOUL = replace(SHARP, glare=0.3, dirt=11 / 64, view=0.12)


@pytest.mark.parametrize(
    ("fault", "quality", "expected"),
    [
        pytest.param(Fault(0.1, None, None), DARK, (True, 0.5, "sharpness 0.05, below 0.10"), id="blurred"),
        pytest.param(
            Fault(0.1), replace(SHARP, sharpness=0.0996), (True, 0.004, "sharpness 0.0996, below 0.1000"), id="hardly"
        ),
        pytest.param(Fault(None, 0.4, None), DARK, (True, 0.75, "brightness 0.10, below 0.40"), id="dark"),
        pytest.param(Fault(0.1, 0.4, None), DARK, (True, 0.75, "brightness 0.10, below 0.40"), id="worst-is-told"),
        pytest.param(Fault(None, None, 0.25), SHARP, (True, 1 / 3, "brightness 0.50, above 0.25"), id="bright"),
        pytest.param(Fault(glare_above=0.1), FOUL, (True, 0.2 / 0.9, "30% of the picture is blinding"), id="glare"),
        pytest.param(
            Fault(dirt_above=0.0), FOUL, (True, 11 / 64, "11 of 64 cells have shown nothing for 10 min"), id="dirt"
        ),
        pytest.param(
            Fault(view_below=0.25, dirt_above=0.03),
            FOUL,
            (True, 0.52, "the camera looks elsewhere: 0.12 of the usual view is left"),
            id="moved",
        ),
        pytest.param(
            Fault(glare_above=0.3, dirt_above=0.2, view_below=0.1),
            FOUL,
            (False, 0.0, "the picture is good enough"),
            id="neither",
        ),
        pytest.param(Fault(0.1, 0.4, 0.9), SHARP, (False, 0.0, "the picture is good enough"), id="none"),
        pytest.param(Fault(0.6, None, None), SHARP, (False, 0.0, "the picture is good enough"), id="at-the-limit"),
    ],
)
def test_a_fault_of_the_picture_is_measured(fault: Fault, quality: Quality, expected: tuple[bool, float, str]) -> None:
    finding = fault.evaluate(replace(FACTS, quality=quality))
    assert (finding.matched, finding.text) == (expected[0], expected[2])
    assert finding.value == pytest.approx(expected[1])


@pytest.mark.parametrize(
    ("clause", "matched", "text"),
    [
        pytest.param(All((YES, YES)), True, "car scored 0.41", id="all"),
        pytest.param(All((YES, NO)), False, "3 candidates", id="all-but-one"),
        pytest.param(AnyOf((NO, YES)), True, "car scored 0.41", id="any"),
        pytest.param(AnyOf((NO, Doubt(MARGIN, 0.5))), False, "3 candidates", id="none-of-any"),
        pytest.param(Not(NO), True, "not: 3 candidates", id="not"),
        pytest.param(Not(YES), False, "not: car scored 0.41", id="not-true"),
    ],
)
def test_combinations_tell_what_decided_them(clause: Clause, *, matched: bool, text: str) -> None:
    finding = clause.evaluate(FACTS)
    assert (finding.matched, finding.text) == (matched, text)


def test_the_tree_is_whole_and_the_evidence_is_what_held() -> None:
    finding = All((AnyOf((NO, YES)), Not(NO), Lottery(0.9))).evaluate(FACTS)
    assert [part.clause for part in finding.parts] == ["any", "not", "random"]
    assert [part.clause for part in finding.parts[0].parts] == ["entropy", "near_threshold"]
    assert [evidence.clause for evidence in finding.evidence()] == ["near_threshold", "random"]


def test_what_did_not_hold_is_no_evidence() -> None:
    assert list(NO.evaluate(FACTS).evidence()) == []


def test_the_measures_of_a_clause_are_those_of_its_leaves() -> None:
    clause = All((AnyOf((YES, Lottery(0.1))), Not(NO), Fault(0.1, None, None)))
    assert list(measures(clause)) == [NEAR, ENTROPY]


@pytest.mark.parametrize(
    ("part", "held_ns", "matched", "text"),
    [
        pytest.param(NO, None, True, "not inhibited: 3 candidates", id="has never held"),
        pytest.param(YES, None, False, "inhibited now", id="holds"),
        pytest.param(YES, 0, False, "inhibited now", id="holds still"),
        pytest.param(NO, 97 * SECOND, False, "inhibited 3.0 s ago", id="a while after"),
        pytest.param(NO, 90 * SECOND, True, "not inhibited: 3 candidates", id="later"),
        pytest.param(NO, 101 * SECOND, True, "not inhibited: 3 candidates", id="the time line has stepped back"),
        pytest.param(NO, TEN_YEARS_NS, True, "not inhibited: 3 candidates", id="by ten years"),
        pytest.param(NO, -TEN_YEARS_NS, True, "not inhibited: 3 candidates", id="or forth"),
    ],
)
def test_what_inhibits_does_so_for_a_while(part: Clause, held_ns: int | None, *, matched: bool, text: str) -> None:
    clause = Inhibit(part, 10 * SECOND)
    held: dict[Hashable, int] = {} if held_ns is None else {clause: held_ns}
    finding = clause.evaluate(replace(FACTS, taken_ns=100 * SECOND, held_ns=held))

    assert (finding.matched, finding.text, finding.value, finding.clause) == (matched, text, 0.0, "inhibit")
    assert [inner.clause for inner in finding.parts] == [part.evaluate(FACTS).clause]
    assert [evidence.clause for evidence in finding.evidence()] == []


@pytest.mark.parametrize(
    ("novelty", "at_least", "matched"), [(0.5, 0.5, True), (0.4, 0.5, False), (0.0, 1e-9, False), (1.0, 1.0, True)]
)
def test_a_frame_is_new_enough_or_not(novelty: float, at_least: float, *, matched: bool) -> None:
    finding = Novel(at_least).evaluate(replace(FACTS, novelty=novelty))

    assert (finding.matched, finding.value, finding.clause) == (matched, novelty, "novelty")


def test_every_measure_of_a_clause_is_confined_wherever_it_stands() -> None:
    area = Area((((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),))
    clause = All((AnyOf((YES, Not(NO))), Inhibit(YES, 5), Lottery(0.1), Novel(0.5)))
    near, doubt = Doubt(NEAR._replace(area=area), 0.0), Doubt(ENTROPY._replace(area=area), 0.9)

    assert within(clause, area) == All((AnyOf((near, Not(doubt))), Inhibit(near, 5), Lottery(0.1), Novel(0.5)))
    assert within(within(clause, area), None) == clause


def test_a_clause_and_its_parts_are_walked_through() -> None:
    clause = All((AnyOf((YES,)), Inhibit(Not(NO), 5)))

    assert list(walk(clause)) == [clause, AnyOf((YES,)), YES, Inhibit(Not(NO), 5), Not(NO), NO]


leaves = st.sampled_from([YES, NO, Lottery(0.9), Lottery(0.1), Fault(0.1, None, None)])
clauses = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=8,
)


def truth(clause: Clause) -> bool:
    """The same logic, written down once more without reasons."""
    match clause:
        case All(parts):
            return all(truth(part) for part in parts)
        case AnyOf(parts):
            return any(truth(part) for part in parts)
        case Not(part):
            return not truth(part)
        case _:
            return clause in (YES, Lottery(0.9))


@given(clauses)
def test_combinations_follow_logic(clause: Clause) -> None:
    finding = clause.evaluate(FACTS)
    assert truth(clause) is finding.matched
    assert 0.0 <= finding.value <= 1.0
