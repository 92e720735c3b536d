"""What can never hold is said with its line, the nearest name, and what to do."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from askance.edge.rules import load_rules
from askance.edge.rules.conditions import Doubt
from askance.edge.rules.document import RuleId
from askance.edge.rules.idle import Cause, Site, idle
from askance.edge.rules.policy import Policy, Rule, Zone
from askance.edge.values import Measure
from askance.edge.zones import WHOLE
from askance.wire.identity import CameraId
from support_replay import coco
from support_scenes import CAR, NAMES, PERSON

POSES = [(CameraId("gate"), "home"), (CameraId("yard"), None)]
RULE = Rule(RuleId("people"), "1-a", Doubt(Measure("margin", frozenset({PERSON, 77})), 0.5))
LABELS = coco()
ALL_NAMES = {int(label.id): label.name for label in LABELS.labels}
SEEN = {int(LABELS.resolve(name).id): 0.05 for name in ("person", "car", "hair drier", "bus")}
FAST, SLOW = "{signal: {name: speed, above: 30}}", "{signal: {name: speed, below: 30}}"
PEOPLE = "{near_threshold: {classes: [person], from: 0.2, to: 0.6}}"


def never(tmp_path: Path, when: str, *, floors: Mapping[int, float] | None = None) -> list[tuple[Cause, str, str]]:
    """What is said of a rule's condition, and in which line."""
    path = tmp_path / "rules.yaml"
    path.write_text(f"version: 1\nrules:\n  - id: people\n    when:\n      {when}\n")
    found = idle(load_rules([path], labels=LABELS), Site(floors=SEEN if floors is None else floors), names=ALL_NAMES)
    assert all(each.rule == "people" for each in found)
    return [(each.cause, each.text.removeprefix(str(path)), each.hint) for each in found]


AFTERWARDS = (
    "it holds only after a second look, and a frame that nothing holds for gets none: it never keeps any",
    "let it stand in `any`, beside what is seen at once",
)


@pytest.mark.parametrize(
    ("when", "keeps"),
    [
        ("second_look: {at_least: 0.2}", False),
        (f"all: [{PEOPLE}, {{disagreement: {{at_least: 0.2}}}}]", False),
        ("any: [{second_look: {at_least: 0.2}}, {disagreement: {at_least: 0.2}}]", False),
        (f"any: [{PEOPLE}, {{second_look: {{at_least: 0.2}}}}]", True),
        (f"all: [{PEOPLE}, {{not: {{second_look: {{at_least: 0.2}}}}}}]", True),
    ],
)
def test_what_holds_only_after_a_second_look_keeps_nothing(tmp_path: Path, when: str, *, keeps: bool) -> None:
    said, hint = AFTERWARDS
    assert never(tmp_path, when) == ([] if keeps else [(Cause.LATE, f":4: rule people: {said}", hint)])


POSING = "see `cameras.pose`, or tell it while it runs: `askance edge pose`"


@pytest.mark.parametrize(
    ("camera", "preset", "said"),
    [
        ("gate", None, []),
        ("gate", "home", []),
        ("yard", None, []),
        ("gatee", None, ["a zone of camera gatee, which is not there; did you mean gate? see `cameras.id`"]),
        ("x", None, ["a zone of camera x, which is not there; see `cameras.id`"]),
        (
            "gate",
            "road",
            ["a zone of camera gate at pose road, but its pose is home: nothing counts there; " + POSING],
        ),
        (
            "yard",
            "road",
            ["a zone of camera yard at pose road, but its pose is none: nothing counts there; " + POSING],
        ),
    ],
)
def test_a_zone_that_no_camera_looks_at_is_said_once(camera: str, preset: str | None, said: list[str]) -> None:
    zone = Zone(CameraId(camera), preset, WHOLE, None)
    policy = Policy((replace(RULE, zones=(zone, zone)),))

    assert [f"rule people: {sentence}" for sentence in said] == [
        str(each) for each in idle(policy, Site(POSES), names=NAMES)
    ]
    assert () == idle(policy, Site(), names=NAMES)


def test_a_zone_that_is_on_no_recording_is_said_with_the_options_that_say_what_they_show() -> None:
    poses = [(CameraId("gate"), None), (CameraId("gate"), "road")]
    site = Site(poses, camera_key="--camera", posing="see `--pose`", absent="which no recording shows")
    zones = [Zone(CameraId("yard"), None, WHOLE, None), Zone(CameraId("gate"), "home", WHOLE, None)]

    assert [
        "rule people: a zone of camera yard, which no recording shows; see `--camera`",
        (
            "rule people: a zone of camera gate at pose home, but its pose is none, road: nothing counts there; "
            "see `--pose`"
        ),
    ] == [str(each) for each in idle(Policy((replace(RULE, zones=tuple(zones)),)), site, names=NAMES)]


def test_a_class_that_no_model_sees_is_said_by_its_name() -> None:
    policy = Policy((RULE, replace(RULE, id=RuleId("all"), when=Doubt(Measure("margin"), 0.5))))

    assert ["rule people: no model sees 77: it never holds", "rule people: no model sees person: it never holds"] == [
        each.text for each in idle(policy, Site(floors={CAR: 0.05}), names=NAMES)
    ]
    assert () == idle(policy, Site(floors={PERSON: 0.05, 77: 0.05}), names={**NAMES, 77: "kite"})


def test_a_signal_that_nothing_answers_is_said_of_each_rule(tmp_path: Path) -> None:
    policy = Policy((RULE, replace(RULE, id=RuleId("more"))))

    assert [
        (Cause.SIGNAL, "rule people: no model gives evidence for margin: it never holds"),
        (Cause.SIGNAL, "rule more: no model gives evidence for margin: it never holds"),
    ] == [(each.cause, each.text) for each in idle(policy, Site(signals=frozenset({"entropy"})), names=NAMES)]
    assert () == idle(policy, Site(signals=frozenset({"margin"})), names=NAMES)
    assert [] == never(tmp_path, PEOPLE)


def test_a_class_that_the_model_lacks_has_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    take = "take it out, or name a model that sees it with `detector.model`"
    alone = never(tmp_path, "near_threshold:\n        classes: [toothbrush]\n        from: 0.2\n        to: 0.6")
    beside = never(tmp_path, "entropy: {classes: [person, hair_drier, truck], at_least: 0.5}")

    assert [(Cause.CLASS, ":6: rule people: no model sees toothbrush: it never holds", take)] == alone
    assert [(Cause.CLASS, ":5: rule people: no model sees truck: that class never counts", take)] == beside
    glove = {int(LABELS.resolve("baseball glove").id): 0.05}
    (found,) = never(tmp_path, "entropy: {classes: [baseball bat], at_least: 0.5}", floors=glove)
    assert found[2] == f"did you mean `baseball glove`? {take}"


@pytest.mark.parametrize(
    ("band", "classes", "told"),
    [
        ("from: 0.01, to: 0.04", "", True),
        ("from: 0.01, to: 0.05", "", True),
        ("from: 0.01, to: 0.06", "", False),
        ("from: 0.1, to: 0.2", "classes: [car], ", True),
        ("from: 0.1, to: 0.2", "classes: [car, person], ", False),
        ("from: 0.1, to: 0.2", "", False),
    ],
)
def test_a_band_in_which_nothing_scores_is_said(tmp_path: Path, band: str, classes: str, *, told: bool) -> None:
    found = never(tmp_path, f"near_threshold: {{{classes}{band}}}", floors={PERSON: 0.05, CAR: 0.3})

    assert told is bool(found)
    for cause, text, hint in found:
        assert Cause.BAND is cause
        assert text.startswith(":5: rule people: no candidate scores between 0.")
        assert "raise `to`, or lower `detector.floor`" == hint


@pytest.mark.parametrize(
    ("when", "first", "second"),
    [
        (f"all: [{PEOPLE}, {{not: {PEOPLE}}}]", "when.all[0]", "when.all[1].not"),
        (f"all: [{{inhibit: {{when: {PEOPLE}, for: 5s}}}}, {PEOPLE}]", "when.all[0].inhibit.when", "when.all[1]"),
        (f"all: [{{all: [{PEOPLE}, {FAST}]}}, {{not: {FAST}}}]", "when.all[0].all[1]", "when.all[1].not"),
        (f"all: [{{not: {{any: [{PEOPLE}, {FAST}]}}}}, {FAST}]", "when.all[0].not.any[1]", "when.all[1]"),
        (f"not: {{any: [{FAST}, {{not: {FAST}}}]}}", "when.not.any[0]", "when.not.any[1].not"),
        (f"any: [{FAST}, {{all: [{SLOW}, {{not: {SLOW}}}]}}]", "when.any[1].all[0]", "when.any[1].all[1].not"),
        (f"all: [{FAST}, {SLOW}]", "when.all[0]", "when.all[1]"),
        (f"all: [{PEOPLE}, {{not: {{near_threshold: {{from: 0.01, to: 0.99}}}}}}]", "when.all[0]", "when.all[1].not"),
        ("all: [{entropy: {at_least: 0.6}}, {not: {entropy: {at_least: 0.4}}}]", "when.all[0]", "when.all[1].not"),
        ("all: [{not: {novelty: {at_least: 0.4}}}, {novelty: {at_least: 0.4}}]", "when.all[0].not", "when.all[1]"),
        ("all: [{schedule: {days: [mon]}}, {schedule: {days: [tue]}}]", "when.all[0]", "when.all[1]"),
        (f"all: [{{any: [{FAST}]}}, {{not: {FAST}}}]", "when.all[0].any[0]", "when.all[1].not"),
    ],
)
def test_conditions_that_exclude_each_other_are_said(tmp_path: Path, when: str, first: str, second: str) -> None:
    said = f":5: rule people: {first} and {second} exclude each other: together they never hold"

    assert [(Cause.CONTRADICTION, said, "take one of the two out, or let either of them be enough")] == never(
        tmp_path, when
    )


@pytest.mark.parametrize(
    "when",
    [
        f"any: [{PEOPLE}, {{not: {PEOPLE}}}]",
        f"all: [{PEOPLE}, {{not: {{all: [{PEOPLE}, {FAST}]}}}}]",
        f"all: [{FAST}, {{signal: {{name: speed, below: 60}}}}]",
        f"all: [{FAST}, {{signal: {{name: height, below: 10}}}}]",
        f"all: [{{near_threshold: {{from: 0.01, to: 0.99}}}}, {{not: {PEOPLE}}}]",
        "all: [{entropy: {at_least: 0.4}}, {not: {entropy: {at_least: 0.6}}}]",
        "all: [{entropy: {at_least: 0.4}}, {not: {novelty: {at_least: 0.4}}}, {not: {isolated: {at_least: 0.3}}}]",
        f"all: [{{not: {FAST}}}, {{not: {SLOW}}}]",
        f"not: {{inhibit: {{when: {PEOPLE}, for: 5s}}}}",
        "all: [{schedule: {days: [mon], from: '22:00', to: '06:00'}}, {schedule: {days: [tue]}}]",
    ],
)
def test_conditions_that_leave_something_are_not(tmp_path: Path, when: str) -> None:
    assert [] == never(tmp_path, when)
