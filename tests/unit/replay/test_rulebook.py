"""A rule in a line says what its file says."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from askance.edge.rules import Policy, load_rules
from askance.edge.rules.budgets import Limits
from askance.edge.rules.circumstances import Asked, Fence, Hours, Reading
from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Fault, Inhibit, Not, Novel
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.policy import Context, Zone
from askance.edge.values import Measure
from askance.replay.rulebook import condition, describe, live_only
from askance.units import Rate
from askance.wire.identity import CameraId
from support_replay import PEOPLE, SCENE, SECOND, WATCH, coco

NAMES = {1: "person", 2: "bicycle", 3: "car", 4: "motorcycle", 6: "bus"}
BLURRED = Fault(0.1, None, None)
DARK_OR_GLARE = Fault(None, 0.2, 0.9)
ENTROPY = Doubt(Measure("entropy"), 0.65)


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (Doubt(Measure("near_threshold", frozenset({1}), 0.25, 0.65), 0.0), "near_threshold(person 0.25-0.65)"),
        (Doubt(Measure("margin", frozenset({6, 1, 2, 3, 4})), 0.4), "margin(person|bicycle|car|+2) >= 0.4"),
        (Doubt(Measure("margin", frozenset({77})), 0.4), "margin(77) >= 0.4"),
        (All((ENTROPY, Not(BLURRED))), "entropy >= 0.65 and not sharpness < 0.1"),
        (Fault(glare_above=0.2, dirt_above=0.03, view_below=0.25), "glare > 0.2 or dirt > 0.03 or usual view < 0.25"),
        (AnyOf((All((ENTROPY, BLURRED)), ENTROPY)), "(entropy >= 0.65 and sharpness < 0.1) or entropy >= 0.65"),
        (Not(DARK_OR_GLARE), "not (brightness < 0.2 or brightness > 0.9)"),
        (Lottery(Rate(6, timedelta(hours=1))), "by lot, 6/h"),
        (Lottery(0.001), "by lot, p = 0.001"),
        (Inhibit(AnyOf((BLURRED, ENTROPY)), 10 * 10**9), "not within 10s of (sharpness < 0.1 or entropy >= 0.65)"),
        (Novel(0.5), "novelty >= 0.5"),
        (Hours(), "00:00-24:00"),
        (Hours(frozenset({5, 6}), 1320, 390), "sat|sun 22:00-06:30"),
        (Reading("speed", 5, 30.5), "5 < speed < 30.5"),
        (Reading("speed", 5, None), "speed > 5"),
        (Reading("speed", None, 30.5), "speed < 30.5"),
        (Fence((52.52, 13.405), 1500), "within 1500m of 52.52, 13.405"),
        (Asked(), "asked for"),
    ],
)
def test_a_condition_is_said_in_short(clause: Clause, text: str) -> None:
    assert text == condition(clause, NAMES)


def test_a_row_has_what_the_rule_may_spend() -> None:
    limits = Limits(Rate(40, timedelta(hours=1)), Rate(60_000_000, timedelta(days=1)))
    rules = (replace(PEOPLE, limits=limits, scene_ns=60 * 10**9, expires=date(2031, 5, 6)), SCENE, WATCH)

    lines = describe(Policy(rules), NAMES, signals=None)

    assert [
        (
            "people",
            "near_threshold(person 0.2-0.6)",
            "40/h, 60MB/day, pause 3s, scene 1min, until 2031-05-06",
            "capture",
        ),
        ("scene", "entropy >= 0.4", "-", "capture"),
        ("watch", "margin >= 0.4", "-", "count_only"),
    ] == [line.row[:-1] for line in lines]
    assert {()} == {line.without_evidence for line in lines}


def test_a_row_names_the_pauses_and_the_cameras_of_zones() -> None:
    zones = tuple(Zone(CameraId(camera), None, ((0, 0), (1, 0), (1, 1)), None) for camera in ("yard", "gate", "yard"))
    rule = replace(SCENE, track_ns=60 * 10**9, zone_ns=5 * 10**9, zones=zones)

    (line,) = describe(Policy((rule,)), NAMES, signals=None)

    assert line.row[1:3] == ("entropy >= 0.4, in zones of gate, yard", "track 1min, zone 5s")


@pytest.mark.parametrize(
    ("context", "text"),
    [
        (Context(10 * SECOND, 0, SECOND), "with 10s before every 1s"),
        (Context(2 * SECOND, 90 * SECOND, SECOND // 2), "with 2s before and 90s after every 500ms"),
    ],
)
def test_a_row_names_the_frames_around(context: Context, text: str) -> None:
    (line,) = describe(Policy((replace(SCENE, context=context),)), NAMES, signals=None)

    assert text == line.row[2]


def test_conditions_that_a_recording_tells_nothing_of_are_named() -> None:
    unusual = Doubt(Measure("unexpected_count"), 0.8)
    clauses = (All((ENTROPY, Not(Asked()), unusual)), Inhibit(Reading("wiper", 0, None), 5), Novel(0.5), Hours())

    assert live_only(Policy(tuple(replace(SCENE, when=clause) for clause in clauses))) == (
        "schedule",
        "signal",
        "manual",
        "unexpected_count",
    )
    assert live_only(Policy((SCENE,))) == ()


def test_signals_that_the_model_cannot_give_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "version: 1\nrules:\n  - id: both\n    when: {all: [{margin: {at_least: 0.4}}, {flicker: {at_least: 0.5}}]}\n"
    )
    policy = load_rules((path,), labels=coco())

    given = frozenset({"entropy", "flicker"})
    (line,) = describe(policy, NAMES, signals=given)

    assert ("margin",) == line.without_evidence
