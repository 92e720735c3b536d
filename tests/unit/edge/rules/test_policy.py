"""Rules say at a camera what their zones leave of them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from askance.edge.rules.budgets import Limits
from askance.edge.rules.circumstances import Asked
from askance.edge.rules.conditions import All, AnyOf, Doubt, Inhibit, Not, Novel
from askance.edge.rules.document import RuleId
from askance.edge.rules.policy import Context, Policy, Rule, Zone
from askance.edge.values import Area, Measure
from askance.edge.zones import WHOLE
from askance.units import Rate
from askance.wire.identity import CameraId

GATE, YARD = CameraId("gate"), CameraId("yard")
NEAR, ENTROPY = Measure("near_threshold", None, 0.2, 0.6), Measure("entropy")
LEFT, RIGHT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
TREE = ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2))
SECOND = 10**9
PEOPLE = Rule(RuleId("people"), "1-a", Doubt(NEAR, 0.0))


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        pytest.param([], None, id="no zones"),
        pytest.param([Zone(YARD, None, LEFT, None)], None, id="another camera's"),
        pytest.param([Zone(GATE, None, LEFT, None)], Area((LEFT,)), id="every pose"),
        pytest.param([Zone(GATE, "home", LEFT, None)], Area((LEFT,)), id="this pose"),
        pytest.param([Zone(GATE, "road", LEFT, TREE)], Area(()), id="another pose alone"),
        pytest.param([Zone(GATE, "home", None, TREE)], Area((WHOLE,), (TREE,)), id="all but"),
        pytest.param(
            [Zone(GATE, "home", LEFT, None), Zone(GATE, None, RIGHT, TREE), Zone(GATE, "road", TREE, None)],
            Area((LEFT, RIGHT), (TREE,)),
            id="joined",
        ),
    ],
)
def test_zones_become_the_area_that_counts(zones: list[Zone], expected: Area | None) -> None:
    rule = replace(PEOPLE, zones=tuple(zones)).at((GATE, "home"))

    assert rule.area == expected
    assert rule.when == Doubt(NEAR._replace(area=expected), 0.0)


def test_a_policy_is_worked_out_once_for_each_camera_and_pose_that_a_zone_names() -> None:
    rule = replace(PEOPLE, zones=(Zone(GATE, "home", LEFT, None),))
    policy = Policy((rule, replace(PEOPLE, id=RuleId("all"), when=Doubt(ENTROPY, 0.5))))
    here = policy.at((GATE, "home"))

    assert here.measures == {NEAR._replace(area=Area((LEFT,))), ENTROPY}
    assert policy.at((YARD, "home")) is policy
    assert policy.at((GATE, "road")).measures == {NEAR._replace(area=Area(())), ENTROPY}
    assert [policy.at((GATE, f"{number}")) is policy.at((GATE, "road")) for number in range(100)] == [True] * 100
    assert len(policy._places) == 3
    assert policy.at((GATE, "home")) is here


def test_a_policy_without_zones_reads_the_same_everywhere() -> None:
    policy = Policy((PEOPLE,))

    assert policy.at((GATE, "home")) is policy


def test_a_policy_knows_what_its_rules_ask_for() -> None:
    wiper = Inhibit(Doubt(ENTROPY, 0.5), 10)
    policy = Policy((replace(PEOPLE, when=All((Doubt(NEAR, 0.0), Not(wiper)))), replace(PEOPLE, when=Novel(0.5))))

    assert policy.measures == {NEAR, ENTROPY}
    assert policy.inhibitors == {wiper}
    assert (policy.compares, Policy((PEOPLE,)).compares) == (True, False)
    assert Policy((replace(PEOPLE, weights={"novelty": 1.0}),)).compares
    assert (policy.follows, Policy((replace(PEOPLE, track_ns=1),)).follows) == (False, True)
    button, apart = replace(PEOPLE, when=AnyOf((Novel(0.5), All((Asked(), wiper))))), replace(PEOPLE, when=Not(Asked()))
    assert Policy((PEOPLE, button, apart)).on_request == (button,)


def test_a_rule_remembers_as_long_as_its_longest_budget_or_pause() -> None:
    rule = replace(PEOPLE, limits=Limits(frames=Rate(1, timedelta(seconds=2))), pause_ns=1, track_ns=3, zone_ns=4)
    pausing = replace(rule, id=RuleId("pausing"), pause_ns=3 * SECOND)
    policy = Policy((rule, pausing))

    assert (2 * SECOND, 3 * SECOND, 4) == (policy.memory_ns(rule), policy.memory_ns(pausing), rule.marks_ns)


def test_a_rule_remembers_as_long_as_a_frame_may_wait_in_any_slot_before_it_is_paid_for() -> None:
    around = replace(PEOPLE, context=Context(5 * SECOND, 0, SECOND))
    waiting = replace(PEOPLE, id=RuleId("waiting"), slot_ns=60 * SECOND)

    assert 5 * SECOND == Policy((around,)).memory_ns(around)
    assert 65 * SECOND == Policy((around, waiting)).memory_ns(around)


def test_a_rule_values_frames_as_before_unless_its_condition_its_weights_or_its_zones_have_changed() -> None:
    before = Policy((PEOPLE,))
    same = replace(PEOPLE, version="9-0", limits=Limits(frames=Rate(1, timedelta(days=1))), pause_ns=5)
    others = [
        replace(PEOPLE, when=Novel(0.5)),
        replace(PEOPLE, weights={"novelty": 2.0}),
        replace(PEOPLE, zones=(Zone(GATE, None, WHOLE, None),)),
        replace(PEOPLE, id=RuleId("others")),
    ]

    assert Policy((same,)).scaled_as(before) == {"people"}
    assert not any(Policy((other,)).scaled_as(before) for other in others)


def test_a_rule_counts_until_it_expires_and_while_nobody_knows_the_day() -> None:
    policy = Policy((replace(PEOPLE, expires=date(2027, 1, 31)),))

    assert policy.expired(date(2027, 1, 31)) == ("people",)
    assert policy.expired(date(2027, 1, 30)) == policy.expired(None) == ()
