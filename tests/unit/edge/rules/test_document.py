"""A rule file says what it may and nothing else."""

from pathlib import Path

import pytest

from askance.edge.rules.document import Condition, RuleFile
from askance.edge.rules.leaves import QualityFaults
from askance.errors import ConfigError
from askance.settings import Place, parse_document, validate

CONDITIONS = ", ".join(field.alias or name for name, field in Condition.model_fields.items())
FAULTS = ", ".join(QualityFaults.model_fields)
NO_TIME = "expected longer than nothing, e.g. 5s: leave out what is not wanted"
NO_PRICE = "the random arm has "
NOT = "{not: "
NEAR = "near_threshold: {from: 0.2, to: 0.5}"


def file_of(*rules: str) -> RuleFile:
    text = "version: 1\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    return validate(RuleFile, parse_document(text, Place("r.yaml", 1, Path())))


def test_a_rule_needs_no_more_than_id_and_condition() -> None:
    rule = file_of("{id: a, when: {near_threshold: {from: 0.2, to: 0.5}}}").rules[0]
    assert (rule.mode, rule.priority, rule.arm, rule.value, rule.cooldown) == ("capture", None, None, None, None)
    assert (rule.budget.frames, rule.budget.bytes, rule.draws_lots) == (None, None, False)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        pytest.param(
            "{id: a, when: {near_threshold: {from: 0.5, to: 0.5}}}",
            "rules[0].when.near_threshold: from (0.5) has to be below to (0.5)",
            id="empty-band",
        ),
        pytest.param(
            "{id: a, when: {}}",
            f"rules[0].when: expected exactly one of {CONDITIONS}, got 0",
            id="no-condition",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}, random: {{rate: 6/h}}}}}}",
            f"rules[0].when: expected exactly one of {CONDITIONS}, got 2",
            id="two-conditions",
        ),
        pytest.param(
            "{id: a, when: {quality: {}}}",
            "rules[0].when.quality: expected at least one of " + FAULTS,
            id="no-fault",
        ),
        pytest.param(
            "{id: a, when: {quality: {sharpness_below: null}}}",
            "rules[0].when.quality: expected at least one of " + FAULTS,
            id="no-fault-but-null",
        ),
        pytest.param(
            "{id: a, when: {random: {}}}", "rules[0].when.random: expected either rate or probability", id="no-chance"
        ),
        pytest.param(
            "{id: a, when: {random: {rate: 6/h, probability: 0.1}}}",
            "rules[0].when.random: expected either rate or probability",
            id="two-chances",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, budget: {{frames: 0/h}}}}",
            "rules[0].budget.frames: expected more than nothing per h, e.g. 20/h: '0/h'",
            id="zero-budget",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, cooldown: {{rule: 5}}}}",
            "rules[0].cooldown.rule: expected a number with a unit (ms, s, min, h, day, d), e.g. 5s: 5",
            id="no-unit",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, arm: random}}",
            "rules[0]: arm: random asks for `when: {random: ...}` alone, else its probability is not known",
            id="random-arm-without-lottery",
        ),
        pytest.param(
            "{id: a, when: {random: {rate: 6/h}}, budget: {frames: 5/h}}",
            f"rules[0]: {NO_PRICE}",
            id="random-arm-with-budget",
        ),
        pytest.param(
            "{id: a, when: {random: {rate: 6/h}}, cooldown: {rule: 5s}}",
            f"rules[0]: {NO_PRICE}",
            id="random-arm-with-cooldown",
        ),
        pytest.param(
            f"{{id: a, when: {{all: [{{{NEAR}}}]}}, value: {{weights: {{margin: 1}}}}}}",
            "rules[0]: weights of signals that no condition of the rule measures: margin",
            id="weight-without-signal",
        ),
        pytest.param(
            "{id: a, when: {all: []}}", "rules[0].when.all: expected at least 1 entry, got none", id="empty-all"
        ),
        pytest.param(
            "{id: a, when: {any: []}}", "rules[0].when.any: expected at least 1 entry, got none", id="empty-any"
        ),
        pytest.param(
            "{id: a, when: {inhibit: {when: {}, for: 5s}}}",
            "rules[0].when.inhibit.when: expected exactly one",
            id="empty-inhibit",
        ),
        pytest.param(
            f"{{id: a, when: {{inhibit: {{when: {{{NEAR}}}}}}}}}",
            "missing key: rules[0].when.inhibit.for",
            id="inhibit-without-for",
        ),
        pytest.param(
            f"{{id: a, when: {{inhibit: {{when: {{{NEAR}}}, for: 0s}}}}}}",
            f"rules[0].when.inhibit.for: {NO_TIME}",
            id="inhibit-for-no-time",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, slot: 0s}}",
            f"rules[0].slot: {NO_TIME}",
            id="slot-of-no-time",
        ),
        *(
            pytest.param(
                f"{{id: a, when: {{{NEAR}}}, cooldown: {{{pause}: 0.0min}}}}",
                f"rules[0].cooldown.{pause}: {NO_TIME}",
                id=f"no-pause-{pause}",
            )
            for pause in ("rule", "track", "zone", "scene")
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, budget: {{frames: -5/h}}}}",
            "rules[0].budget.frames: expected a whole number of frames, e.g. 20/h: '-5'",
            id="negative-budget",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, budget: {{bytes: 0MB/day}}}}",
            "rules[0].budget.bytes: expected more than nothing per day, e.g. 30MB/day: '0MB/day'",
            id="zero-bytes",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, budget: {{bytes: -1MB/day}}}}",
            "rules[0].budget.bytes: expected a number with a unit",
            id="negative-bytes",
        ),
        pytest.param(
            f"{{id: a, when: {{{NEAR}}}, cooldown: {{zone: 5s}}}}",
            "rules[0]: cooldown.zone of a rule without zones; draw some, or write cooldown.rule",
            id="zone-pause-without-zones",
        ),
        pytest.param(
            "{id: a, when: {schedule: {}}, zones: [{camera: gate, include: [[0, 0], [1, 0], [1, 1]]}]}",
            "rules[0]: zones of a rule whose condition is about no object; leave them out",
            id="zones-of-nothing",
        ),
        pytest.param(
            f"{{id: a, when: {NOT * 16}{{{NEAR}}}{'}' * 16}}}",
            "rules[0]: conditions are nested at most 16 deep, got 17; write `all` or `any` flat",
            id="nested-too-deep",
        ),
        pytest.param(
            f"{{id: a, when: {NOT * 100}{{{NEAR}}}{'}' * 100}}}",
            "rules[0]: conditions are nested at most 16 deep, got 101; write `all` or `any` flat",
            id="nested-much-too-deep",
        ),
        pytest.param(f"{{id: A_1, when: {{{NEAR}}}}}", "rules[0].id: string should match pattern", id="id"),
    ],
)
def test_what_makes_no_sense_is_refused(rule: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        file_of(rule)
    assert str(caught.value).startswith(f"r.yaml:3: {message}")


def test_an_unknown_key_gets_the_nearest_one() -> None:
    with pytest.raises(ConfigError) as caught:
        file_of("{id: a, when: {not: {all: [{near_treshold: {from: 0.2, to: 0.5}}]}}}")
    assert "r.yaml:3: unknown key: rules[0].when.not.all[0].near_treshold" in str(caught.value)
    assert caught.value.hint == "did you mean `near_threshold`? see `askance config schema rules`"


def test_a_lottery_that_is_not_of_the_random_arm_may_have_a_budget() -> None:
    rule = file_of("{id: a, arm: novelty, when: {random: {rate: 6/h}}, budget: {frames: 5/h}}").rules[0]
    assert not rule.draws_lots


def test_the_leaves_of_a_condition_are_what_it_measures() -> None:
    when = (
        file_of(f"{{id: a, when: {{any: [{{not: {{{NEAR}}}}}, {{all: [{{random: {{rate: 1/h}}}}]}}]}}}}").rules[0].when
    )
    assert [leaf.model_fields_set for leaf in when.leaves()] == [{"near_threshold"}, {"random"}]


def test_conditions_may_nest_as_deep_as_is_said() -> None:
    assert file_of(f"{{id: a, when: {NOT * 15}{{{NEAR}}}{'}' * 15}}}").rules[0].when.depth == 16


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("manual: {}", True),
        (f"all: [{{{NEAR}}}, {{manual: {{}}}}]", True),
        (f"any: [{{{NEAR}}}, {{manual: {{}}}}]", False),
        ("any: [{manual: {}}, {all: [{manual: {}}]}]", True),
        ("not: {manual: {}}", False),
        ("inhibit: {when: {manual: {}}, for: 5s}", False),
        (NEAR, False),
    ],
)
def test_a_condition_that_holds_only_for_what_is_asked_for_is_known(when: str, *, asked: bool) -> None:
    assert file_of(f"{{id: a, when: {{{when}}}}}").rules[0].when.on_request is asked


def test_novelty_may_have_a_weight_without_a_condition() -> None:
    rule = file_of(f"{{id: a, when: {{{NEAR}}}, value: {{weights: {{near_threshold: 1, novelty: 0.5}}}}}}").rules[0]
    assert rule.value is not None
    assert rule.value.weights.novelty == 0.5
