"""A start tells of what has no effect."""

import logging
from pathlib import Path

import pytest

from askance.edge.config import EdgeConfig
from askance.edge.findings import read_site, say_findings, say_repairs
from askance.edge.health import Health
from askance.edge.parts import read_labels
from askance.edge.rules import load_rules
from askance.edge.rules.idle import Site
from askance.edge.score import answered
from askance.wire.identity import CameraId
from support_models import silent, write_package
from support_scenes import CAR, LORE
from support_store import open_store


def said(
    tmp_path: Path,
    rule: str,
    *,
    signals: set[str],
    caplog: pytest.LogCaptureFixture,
) -> list[str]:
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"version: 1\nrules:\n  - {rule}\n")
    caplog.set_level(logging.WARNING)
    policy = load_rules((rules,), labels=read_labels(EdgeConfig()))
    site = Site([(CameraId("gate"), None)], {CAR: 0.05}, answered(frozenset(signals), lore=LORE))
    say_findings(policy, lore=LORE, site=site)
    return [message.removeprefix(str(rules)) for message in caplog.messages]


@pytest.mark.parametrize("signals", [{"margin"}, {"entropy"}], ids=["answered", "unanswered"])
def test_a_wish_that_no_model_can_answer_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, signals: set[str]
) -> None:
    messages = said(tmp_path, "{id: mixed, when: {margin: {at_least: 0.4}}}", signals=signals, caplog=caplog)

    expected = ":3: rule mixed: no model gives evidence for margin: it never holds; see `askance models ls`"
    assert ([] if "margin" in signals else [expected]) == messages


def test_a_signal_of_tracks_asks_nothing_of_a_model_and_expected_errors_ask_for_a_fit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rule = "{id: a, when: {any: [{flicker: {at_least: 0.4}}, {expected_errors: {at_least: 0.4}}]}}"

    assert [":3: rule a: no model gives evidence for expected_errors: it never holds; see `askance models ls`"] == said(
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

    assert [
        (
            ":3: rule a: no model sees person: that class never counts; "
            "take it out, or name a model that sees it with `detector.model`"
        ),
        ":3: rule a: a zone of camera gatee, which is not there; did you mean gate? see `cameras.id`",
    ] == said(tmp_path, rule, signals={"margin"}, caplog=caplog)


def test_a_model_that_is_not_trusted_is_asked_without_a_trial(tmp_path: Path) -> None:
    write_package(tmp_path / "tiny", silent())
    write_package(tmp_path / "more", silent(), classes=[None, "person", "dog"])
    detector = {"model": "tiny", "models": tmp_path, "floor": 0.1}  # on trial it would be found ruined
    companion = {"model": "more", "models": tmp_path, "floor": 0.02, "every": 2}
    config = EdgeConfig.model_validate(
        {"detector": detector, "companions": [companion], "cameras": [{"id": "gate", "url": "0", "pose": "home"}]}
    )

    (tmp_path / "tiny" / "errors.yaml").write_text("sha256: 0")
    health = Health()
    site = read_site(config, read_labels(config), health=health)
    assert ["error model"] == list(health.vitals().trouble)

    labels = read_labels(config)
    floors = {labels.resolve(name).id: floor for name, floor in (("person", 0.02), ("car", 0.1), ("dog", 0.02))}
    assert ([("gate", "home")], floors) == (list(site.poses or ()), site.floors)
    assert "expected_errors" not in (site.signals or ())
    assert {"near_threshold", "flicker"} <= (site.signals or frozenset())


def test_what_the_store_had_to_put_right_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with open_store(tmp_path) as store:
        say_repairs(store.recovery)
    assert [] == caplog.messages

    (tmp_path / "frames" / "notes.txt").touch()
    with open_store(tmp_path) as store:
        say_repairs(store.recovery)
    assert ["store: damaged files set aside: 1"] == caplog.messages
