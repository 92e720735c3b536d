"""A start tells of what has no effect."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from askance.edge.config import CameraSection, EdgeConfig
from askance.edge.findings import say_findings, say_repairs
from askance.edge.parts import read_labels
from askance.edge.rules import load_rules
from askance.wire.identity import CameraId
from support_scenes import CAR, LORE
from support_store import open_store


class Sight(NamedTuple):
    """What models of a test see."""

    signals: frozenset[str]
    labels: frozenset[int]


def said(
    tmp_path: Path,
    rule: str,
    *,
    signals: set[str],
    caplog: pytest.LogCaptureFixture,
    cameras: Sequence[CameraSection] = (),
) -> list[str]:
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"version: 1\nrules:\n  - {rule}\n")
    caplog.set_level(logging.WARNING)
    policy = load_rules((rules,), labels=read_labels(EdgeConfig()))
    say_findings(policy, lore=LORE, panel=Sight(frozenset(signals), frozenset({CAR})), cameras=cameras)
    return caplog.messages


@pytest.mark.parametrize("signals", [{"margin"}, {"entropy"}], ids=["answered", "unanswered"])
def test_a_wish_that_no_model_can_answer_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, signals: set[str]
) -> None:
    messages = said(tmp_path, "{id: mixed, when: {margin: {at_least: 0.4}}}", signals=signals, caplog=caplog)

    expected = "no model gives evidence for margin: conditions of that name never hold"
    assert ([] if "margin" in signals else [expected]) == messages


def test_a_signal_of_tracks_asks_nothing_of_a_model_and_expected_errors_ask_for_a_fit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rule = "{id: a, when: {any: [{flicker: {at_least: 0.4}}, {expected_errors: {at_least: 0.4}}]}}"

    assert ["no model gives evidence for expected_errors: conditions of that name never hold"] == said(
        tmp_path, rule, signals=set(), caplog=caplog
    )


def test_a_rule_that_has_expired_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rule = "{id: old, when: {random: {probability: 0.5}}, expires: 2020-01-01}"

    assert ["rule old has expired"] == said(tmp_path, rule, signals=set(), caplog=caplog)


def test_a_class_that_no_model_sees_and_a_zone_of_no_camera_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    zone = "{camera: gatee, include: [[0, 0], [1, 0], [1, 1]]}"
    rule = f"{{id: a, when: {{margin: {{classes: [car, person], at_least: 0.4}}}}, zones: [{zone}]}}"
    gate = CameraSection(id=CameraId("gate"), url="gate.mp4")

    assert [
        "rule a: no model sees person, its conditions never hold",
        "rule a: a zone of camera gatee, which is not there: did you mean gate? see `cameras.id`",
    ] == said(tmp_path, rule, signals={"margin"}, caplog=caplog, cameras=[gate])


def test_what_the_store_had_to_put_right_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with open_store(tmp_path) as store:
        say_repairs(store.recovery)
    assert [] == caplog.messages

    (tmp_path / "frames" / "notes.txt").touch()
    with open_store(tmp_path) as store:
        say_repairs(store.recovery)
    assert ["store: damaged files set aside: 1"] == caplog.messages
