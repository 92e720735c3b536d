"""A rule file says what it may and nothing else."""

from pathlib import Path

import pytest

from askance.edge.rules.document import RuleFile
from askance.errors import ConfigError
from askance.settings import Place, parse_document, validate

CONDITIONS = (
    "all, any, not, near_threshold, margin, entropy, expected_errors, isolated, flicker, silent, class_switch, "
    "lost_in_middle, jitter, quality, random"
)
NEAR = "near_threshold: {from: 0.2, to: 0.5}"


def file_of(*rules: str) -> RuleFile:
    text = "version: 1\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    return validate(RuleFile, parse_document(text, Place("r.yaml", 1, Path())))


def test_a_rule_needs_no_more_than_id_and_condition() -> None:
    rule = file_of("{id: a, when: {near_threshold: {from: 0.2, to: 0.5}}}").rules[0]
    assert (rule.mode, rule.priority, rule.arm, rule.value, rule.cooldown) == ("capture", "doubtful", None, None, None)
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
            "rules[0].when.quality: expected at least one of sharpness_below, brightness_below, brightness_above",
            id="no-fault",
        ),
        pytest.param(
            "{id: a, when: {quality: {sharpness_below: null}}}",
            "rules[0].when.quality: expected at least one of sharpness_below, brightness_below, brightness_above",
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
            "rules[0]: the random arm has no budget and no cooldown but its rate, else its probability is not known",
            id="random-arm-with-budget",
        ),
        pytest.param(
            "{id: a, when: {random: {rate: 6/h}}, cooldown: {rule: 5s}}",
            "rules[0]: the random arm has no budget and no cooldown but its rate, else its probability is not known",
            id="random-arm-with-cooldown",
        ),
        pytest.param(
            f"{{id: a, when: {{all: [{{{NEAR}}}]}}, value: {{weights: {{margin: 1}}}}}}",
            "rules[0]: weights of signals that no condition of the rule measures: margin",
            id="weight-without-signal",
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
