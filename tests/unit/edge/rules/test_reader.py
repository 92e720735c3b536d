"""Rule files become a policy."""

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from askance.edge.rules.circumstances import Asked, Fence, Hours, Reading
from askance.edge.rules.conditions import All, AnyOf, Doubt, Fault, Inhibit, Not, Novel
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.policy import Zone
from askance.edge.rules.reader import load_rules
from askance.edge.score import SIGNALS
from askance.edge.values import Measure
from askance.errors import ConfigError
from askance.labels import Label, LabelId, LabelMap
from askance.units import Rate
from askance.wire.capture import Arm, Priority, Reason
from askance.wire.identity import CameraId
from support_rule_files import many, write

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
    one, two = write(tmp_path, many("a", 20)), write(tmp_path, many("b", 13), "two.yaml")
    assert str(refusal(one, two)) == "at most 32 rules in all files together: 33"
    three = write(tmp_path, many("c", 33), "three.yaml")
    assert str(refusal(three)) == f"{three}:2: rules: expected at most 32 entries, got 33"


CIRCUMSTANCES = """\
version: 1
rules:
  - id: around
    when:
      all:
        - entropy: { at_least: 0.3 }
        - novelty: { at_least: 0.5 }
        - schedule: { days: [mon, sun], from: "22:00", to: "06:30" }
        - signal: { name: speed, above: 5, below: 30.5 }
        - geofence: { centre: [52.52, 13.405], within: 1.5km }
        - inhibit: { when: { signal: { name: wiper, above: 0 } }, for: 10s }
    cooldown: { track: 60s, zone: 5s }
    zones:
      - { camera: gate, preset: home, include: [[0, 0.4], [1, 0.4], [1, 1]] }
      - { camera: yard, exclude: [[0, 0], [1, 0], [1, 1]] }
  - id: asked
    when: { all: [{ manual: {} }, { schedule: { to: "12:00" } }] }
  - id: doubtful
    when: { any: [{ manual: {} }, { entropy: { at_least: 0.3 } }] }
  - id: later
    when: { manual: {} }
    priority: filler
"""


def test_what_lies_past_the_picture_is_resolved(tmp_path: Path) -> None:
    rule, asked, doubtful, later = load_rules([write(tmp_path, CIRCUMSTANCES)], labels=LABELS).rules

    assert rule.when == All(
        (
            Doubt(Measure("entropy"), 0.3),
            Novel(0.5),
            Hours(frozenset({0, 6}), 1320, 390),
            Reading("speed", 5, 30.5),
            Fence((52.52, 13.405), 1500),
            Inhibit(Reading("wiper", 0, None), 10 * 10**9),
        )
    )
    assert (rule.track_ns, rule.zone_ns, rule.pause_ns, rule.scene_ns) == (60 * 10**9, 5 * 10**9, 0, 0)
    assert rule.zones == (
        Zone(CameraId("gate"), "home", ((0, 0.4), (1, 0.4), (1, 1)), None),
        Zone(CameraId("yard"), None, None, ((0, 0), (1, 0), (1, 1))),
    )
    assert asked.when == All((Asked(), Hours(to_min=720)))
    classes = [(one.priority.name, one.arm.value) for one in (rule, asked, doubtful, later)]
    doubted = ("DOUBTFUL", "uncertainty")
    assert classes == [doubted, ("REQUESTED", "manual"), doubted, ("FILLER", "manual")]


@pytest.mark.parametrize("depth", [30, 200, 1000, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("{not: ", "}"), ("{all: [", "]}")], ids=["not", "all"])
def test_conditions_a_thousand_deep_are_refused_and_no_fault(
    depth: int, opening: str, closing: str, tmp_path: Path
) -> None:
    when = f"{opening * depth}{{entropy: {{at_least: 0.5}}}}{closing * depth}"
    path, began = write(tmp_path, f"version: 1\nrules:\n  - id: deep\n    when: {when}\n"), time.process_time()
    error = refusal(path)

    assert str(error).startswith(f"{path}:3: rules[0]: conditions are nested at most 16 deep") or (
        str(error).startswith(f"{path}: not valid YAML: ") and error.hint is not None and "nesting" in error.hint
    )
    assert time.process_time() - began < 10


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
        "bad-picture",
        "asked-for",
        "random",
    ]
    assert [rule.arm for rule in policy.rules] == [Arm.UNCERTAINTY] * 7 + [Arm.MANUAL, Arm.RANDOM]
    assert {measure.signal for measure in policy.measures} <= set(SIGNALS)


def test_every_part_of_a_rule_knows_where_it_is_written(tmp_path: Path) -> None:
    one, two = write(tmp_path, TEXT), write(tmp_path, many("b", 2), "two.yaml")
    policy = load_rules([one, two], labels=LABELS)

    assert str(policy.place(("unsure", "when", "all", 1, "any", 1, "entropy"))) == f"{one}:9"
    assert str(policy.place(("unsure", "when", "all", 7))) == f"{one}:5"
    assert str(policy.place(("b1", "when"))) == f"{two}:4"
    assert policy.place(("other", "when")) is None
