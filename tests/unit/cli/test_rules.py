"""`askance rules check`, as a user types it."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from askance import shipped
from askance.cli import rules as commands
from askance.errors import ConfigError
from support_programs import write_yaml
from support_replay import DOUBTED, doubtful_model


@pytest.fixture
def old(tmp_path: Path) -> str:
    path = tmp_path / "old.yaml"
    path.write_text(DOUBTED)
    return str(path)


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(commands.rules, arguments)


def test_check_shows_what_the_rules_say(old: str) -> None:
    done = ask("check", old)

    assert (
        """rule    condition                       budget    mode     arm
people  near_threshold(person 0.2-0.6)  pause 3s  capture  uncertainty
cars    near_threshold(car 0.2-0.6)     -         capture  uncertainty
lots    by lot, 60/min                  -         capture  random
"""
        == done.stdout
    )


def test_check_reads_several_files_as_one(old: str) -> None:
    done = ask("check", str(shipped.folder("config") / "rules" / "default.yaml"), old, "--json")

    assert ["random", "people", "cars", "lots"] == [line["rule"] for line in json.loads(done.stdout)][-4:]


def test_check_warns_of_what_has_expired(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("version: 1\nrules: [{id: past, when: {entropy: {at_least: 0.5}}, expires: 2020-01-01}]\n")

    assert "rule past: it has expired" in ask("check", str(path)).stderr


def test_check_names_the_line_of_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(DOUBTED.replace("[person]", "[persn]"))

    done = ask("check", str(path))

    assert isinstance(done.exception, ConfigError)
    assert f"{path}:4: unknown class: persn" in str(done.exception)
    assert "did you mean `person`" in str(done.exception.hint)


def test_check_holds_rules_against_a_label_map_of_ones_own(tmp_path: Path, old: str) -> None:
    labels = write_yaml(
        tmp_path / "labels.yaml", {"version": 1, "name": "few", "labels": [{"id": 1, "name": "person"}]}
    )

    done = ask("check", old, "--labels", str(labels))

    assert "unknown class: car" in str(done.exception)


def test_check_says_what_a_model_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("version: 1\nrules: [{id: hard, when: {expected_errors: {at_least: 0.4}}}]\n")
    monkeypatch.setenv("ASKANCE__DETECTOR__PROBE", "false")
    unfitted = doubtful_model(tmp_path / "unfitted")

    done = ask("check", str(path), "--model", str(unfitted))

    said = f"note: {path}:2: rule hard: no model gives evidence for expected_errors: it never holds"
    assert (0, True) == (done.exit_code, said in done.stderr)
    assert ["expected_errors"] == json.loads(ask("check", str(path), "--model", str(unfitted), "--json").stdout)[0][
        "without_evidence"
    ]


def test_check_says_what_was_fitted_and_cannot_be_used(tmp_path: Path, old: str) -> None:
    model = doubtful_model(tmp_path / "doubtful")
    (model / "calibration.yaml").write_text("sha256: 0")

    done = ask("check", old, "--model", str(model))

    assert 0 == done.exit_code
    assert f"note: calibration: {model / 'calibration.yaml'}:1: " in done.stderr


def test_check_refuses_what_can_never_hold_with_lines_and_fixes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKANCE__DETECTOR__PROBE", "false")
    path = tmp_path / "rules.yaml"
    path.write_text("""version: 1
rules:
  - id: brushes
    when: {near_threshold: {classes: [toothbrush], from: 0.2, to: 0.6}}
  - id: low
    when: {near_threshold: {from: 0.01, to: 0.04}}
  - id: both
    when: {all: [{entropy: {at_least: 0.5}}, {not: {entropy: {at_least: 0.5}}}]}
""")
    model = doubtful_model(tmp_path / "people-and-cars")

    alone, held = ask("check", str(path)), ask("check", str(path), "--model", str(model), "--json")

    both = f"{path}:8: rule both: when.all[0] and when.all[1].not exclude each other: together they never hold"
    assert isinstance(alone.exception, ConfigError)
    assert both == str(alone.exception)
    assert isinstance(held.exception, ConfigError)
    assert os.EX_CONFIG == held.exception.exit_code
    assert [
        f"{path}:4: rule brushes: no model sees toothbrush: it never holds",
        (
            f"{path}:6: rule low: no candidate scores between 0.01 and 0.04, the least that is kept is 0.05: "
            "it never holds"
        ),
        both,
    ] == str(held.exception).splitlines()
    assert "take it out, or name a model that sees it" in str(held.exception.hint)
    assert "raise `to`, or lower `detector.floor`" in str(held.exception.hint)
    assert [1, 1, 1] == [len(line["never"]) for line in json.loads(held.stdout)]


def test_check_holds_zones_against_the_cameras_of_a_configuration(tmp_path: Path) -> None:
    doubtful_model(tmp_path / "models" / "doubtful")
    detector = {"model": "doubtful", "models": "models", "probe": False}
    config = write_yaml(tmp_path / "edge.yaml", {"detector": detector, "cameras": [{"id": "gate", "url": "0"}]})
    path = tmp_path / "rules.yaml"
    path.write_text(
        DOUBTED.replace("cooldown: {rule: 3s}", "zones: [{camera: gatee, include: [[0, 0], [1, 0], [1, 1]]}]")
    )

    done = ask("check", str(path), "--config", str(config))

    assert 0 == done.exit_code  # the camera may belong to another device of the fleet
    said = "a zone of camera gatee, which is not there; did you mean gate? see `cameras.id`"
    assert f"note: {path}:5: rule people: {said}\n" == done.stderr
    assert "" == ask("check", str(path)).stderr
