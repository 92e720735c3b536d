"""Rule files become a policy."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from askance.edge.rules.conditions import All, AnyOf, Doubt, Fault, Not
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.reader import load_rules
from askance.edge.score import SIGNALS
from askance.edge.values import Measure
from askance.errors import ConfigError
from askance.labels import Label, LabelId, LabelMap
from askance.units import Rate
from askance.wire.capture import Arm, Priority, Reason

LABELS = LabelMap(
    version=1,
    name="test",
    labels=(Label(id=LabelId(1), name="person"), Label(id=LabelId(3), name="car", aliases=("automobile",))),
)
TEXT = """\
version: 3
rules:
  - id: unsure
    when:
      all:
        - near_threshold: { classes: [person, Automobile], from: 0.25, to: 0.55 }
        - any:
            - margin: { at_least: 0.2 }
            - entropy: { classes: [car], at_least: 0.3 }
        - not: { quality: { sharpness_below: 0.2 } }
    value: { weights: { near_threshold: 1.5 } }
    budget: { frames: 20/h, bytes: 30MB/day }
    cooldown: { rule: 1500ms }
    priority: filler
  - id: lots
    when: { random: { rate: 6/h } }
  - id: chance
    when: { random: { probability: 0.5 } }
    arm: novelty
    mode: count_only
    expires: 2027-01-31
"""


def write(folder: Path, text: str, name: str = "rules.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refusal(*paths: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_rules(paths, labels=LABELS)
    return caught.value


def test_a_rule_is_resolved(tmp_path: Path) -> None:
    rule = load_rules([write(tmp_path, TEXT)], labels=LABELS).rules[0]
    assert rule.when == All(
        (
            Doubt(Measure("near_threshold", frozenset({1, 3}), 0.25, 0.55), 0.0),
            AnyOf((Doubt(Measure("margin"), 0.2), Doubt(Measure("entropy", frozenset({3})), 0.3))),
            Not(Fault(0.2, None, None)),
        )
    )
    assert rule.weights is not None
    assert rule.weights["near_threshold"] == 1.5
    assert (rule.limits.frames, rule.limits.bytes) == (
        Rate(20, timedelta(hours=1)),
        Rate(30 * 10**6, timedelta(days=1)),
    )
    assert (rule.pause_ns, rule.capture, rule.arm) == (1_500_000_000, True, Arm.UNCERTAINTY)
    assert rule.priority is Priority.FILLER


def test_lotteries_belong_to_the_random_arm_unless_they_say_otherwise(tmp_path: Path) -> None:
    _, lots, chance = load_rules([write(tmp_path, TEXT)], labels=LABELS).rules
    assert (lots.when, lots.arm, lots.weights) == (Lottery(Rate(6, timedelta(hours=1))), Arm.RANDOM, None)
    assert (chance.when, chance.arm, chance.capture) == (Lottery(0.5), Arm.NOVELTY, False)


def test_the_version_tells_edited_rules_apart(tmp_path: Path) -> None:
    before = load_rules([write(tmp_path, TEXT)], labels=LABELS).rules
    after = load_rules([write(tmp_path, TEXT.replace("0.55", "0.56"))], labels=LABELS).rules
    assert before[0].version.startswith("3-")
    assert before[0].version != after[0].version
    assert before[1].version == after[1].version


def test_the_day_on_which_a_rule_expires_is_kept(tmp_path: Path) -> None:
    policy = load_rules([write(tmp_path, TEXT)], labels=LABELS)
    assert [rule.expires for rule in policy.rules] == [None, None, date(2027, 1, 31)]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        pytest.param("version: 3", f"version: {10**70}", 1, id="version"),
        pytest.param("id: lots", f"id: {'x' * 65}", 15, id="id"),
    ],
)
def test_what_no_reason_can_carry_is_refused_with_its_line(right: str, wrong: str, line: int, tmp_path: Path) -> None:
    path = write(tmp_path, TEXT.replace(right, wrong))
    assert str(refusal(path)).startswith(f"{path}:{line}: ")


def test_the_longest_names_still_fit_into_a_reason(tmp_path: Path) -> None:
    text = TEXT.replace("version: 3", f"version: {10**9}").replace("id: lots", f"id: {'x' * 64}")
    for rule in load_rules([write(tmp_path, text)], labels=LABELS).rules:
        Reason(rule=rule.id, rule_version=rule.version, signal="random", value=1.0, text="")


@pytest.mark.parametrize(
    ("word", "near"), [("persn", "did you mean `person`? "), ("zzz", "")], ids=["typo", "nothing-near"]
)
def test_an_unknown_class_gets_its_line_and_the_nearest_name(word: str, near: str, tmp_path: Path) -> None:
    path = write(tmp_path, TEXT.replace("[person, ", f"[\n          {word}, "))
    error = refusal(path)
    assert str(error) == f"{path}:7: unknown class: {word}"
    assert error.hint == f"{near}classes are those of label map test@1"


def test_an_unknown_key_gets_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT.replace("sharpness_below", "sharpnes_below"))
    error = refusal(path)
    assert str(error) == f"{path}:10: unknown key: rules[0].when.all[2].not.quality.sharpnes_below"
    assert error.hint == "did you mean `sharpness_below`? see `askance config schema rules`"


def test_two_rules_of_the_same_id_are_both_named(tmp_path: Path) -> None:
    first, second = write(tmp_path, TEXT), write(tmp_path, TEXT.replace("unsure", "other"), "more.yaml")
    assert str(refusal(first, second)) == f"{second}:15: duplicate rule id: lots, already at {first}:15"


def test_more_rules_than_a_manifest_holds_are_refused(tmp_path: Path) -> None:
    def rules(prefix: str, count: int) -> str:
        lots = "when: {random: {rate: 1/h}}"
        return "version: 1\nrules:\n" + "".join(f"  - {{id: {prefix}{number}, {lots}}}\n" for number in range(count))

    one, two = write(tmp_path, rules("a", 20)), write(tmp_path, rules("b", 13), "two.yaml")
    assert str(refusal(one, two)) == "at most 32 rules in all files together: 33"
    assert "expected" in str(refusal(write(tmp_path, rules("c", 33)))) or "at most 32" in str(refusal(one))


def test_the_shipped_rules_are_good(checkout: Path) -> None:
    labels = LabelMap.load(checkout / "config" / "labels.yaml")
    policy = load_rules([checkout / "config" / "rules" / "default.yaml"], labels=labels)
    assert [rule.id for rule in policy.rules] == [
        "unsure-people",
        "unsure-vehicles",
        "ambiguous-scene",
        "missed-objects",
        "wrong-objects",
        "class-mix-up",
        "random",
    ]
    assert [rule.arm for rule in policy.rules] == [Arm.UNCERTAINTY] * 6 + [Arm.RANDOM]
    assert {measure.signal for measure in policy.measures} == set(SIGNALS)
