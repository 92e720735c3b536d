"""`askance rules`: check, replay and compare, as a user types them."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from askance import shipped
from askance.cli import rules as commands
from askance.errors import ConfigError, SourceError
from support_programs import write_yaml
from support_replay import DOUBTED, doubtful_model, record

FEW = DOUBTED.replace("cooldown: {rule: 3s}", "cooldown: {rule: 1s}").replace("id: lots", "id: draw")


@pytest.fixture
def old(tmp_path: Path) -> str:
    path = tmp_path / "old.yaml"
    path.write_text(DOUBTED)
    return str(path)


@pytest.fixture
def new(tmp_path: Path) -> str:
    path = tmp_path / "new.yaml"
    path.write_text(FEW)
    return str(path)


@pytest.fixture
def device(tmp_path: Path) -> list[str]:
    doubtful_model(tmp_path / "models" / "doubtful")
    content = {"detector": {"model": "elsewhere", "probe": False}, "gate": {"sharpness": 0}}
    config = write_yaml(tmp_path / "edge.yaml", content)
    return ["--config", str(config), "--model", str(tmp_path / "models" / "doubtful"), "--fps", "2"]


@pytest.fixture
def street(tmp_path: Path) -> str:
    return str(record(tmp_path / "street", 8))


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

    assert "rule hard: the model gives no evidence for expected_errors: it never holds" in done.stderr
    assert ["expected_errors"] == json.loads(ask("check", str(path), "--model", str(unfitted), "--json").stdout)[0][
        "without_evidence"
    ]


def test_replay_tells_what_each_rule_costs(old: str, device: list[str], street: str) -> None:
    done = ask("replay", "--rules", old, *device, street)

    people = next(line for line in done.stdout.splitlines() if line.startswith("people"))
    assert ["people", "8", "2", "6", "0", "0", "0", "0"] == people.split()[:8]
    assert "frames: 8 in 4.0 s" in done.stdout
    assert "8 frames, " in done.stderr


def test_replay_writes_a_folder_to_look_at(tmp_path: Path, old: str, device: list[str], street: str) -> None:
    out = tmp_path / "out"

    done = ask("replay", "--rules", old, *device, "--seed", "4", "--out", str(out), "--json", street)

    told = json.loads(done.stdout)
    assert told == json.loads((out / "report.json").read_text())
    assert (4, "doubtful 1", 8) == (told["seed"], told["model"], told["frames"])
    assert [{"camera": "street", "path": street, "frames": 8, "seconds": 4.0}] == told["recordings"]
    assert told["frames"] == told["kept"] + sum(told["dropped"].values())
    assert told["kept"] == (out / "sheet.html").read_text().count("<article")
    assert (out / "timeline.svg").read_text().startswith("<svg")


def test_replay_takes_the_rules_of_the_configuration(tmp_path: Path, old: str, device: list[str], street: str) -> None:
    write_yaml(tmp_path / "edge.yaml", {"detector": {"probe": False}, "gate": {"sharpness": 0}, "rules": [old]})

    done = ask("replay", *device, "--json", street)

    assert ["people", "cars", "lots"] == [rule["rule"] for rule in json.loads(done.stdout)["rules"]]


def test_what_an_operator_should_know_is_noted(tmp_path: Path, old: str, device: list[str], street: str) -> None:
    past = tmp_path / "past.yaml"
    past.write_text(DOUBTED.replace("id: cars", "id: cars\n    expires: 2020-01-01"))

    assert "note: rule cars has expired, and is left out" in ask("replay", "--rules", str(past), *device, street).stderr
    assert "note: new: rule cars has expired" in ask("compare", old, str(past), *device, street).stderr


def test_a_terminal_is_told_how_far_it_is(
    tmp_path: Path, device: list[str], street: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(commands, "_SHOWN_EVERY_S", 0.0)
    rules_file = tmp_path / "rules.yaml"
    rules_file.write_text(DOUBTED)

    commands.replay.main(["--rules", str(rules_file), *device, street], standalone_mode=False)

    shown = terminal.getvalue().split("\r\033[K")
    assert ["0", "1", "2"] == [line.split()[0] for line in shown[1:4]]
    assert (shown[-1].startswith("8 frames, "), shown[-1].endswith(" kept\n")) == (True, True)


def test_replay_of_what_is_not_there_names_it(device: list[str], tmp_path: Path) -> None:
    done = ask("replay", *device, str(tmp_path / "away.mp4"))

    assert isinstance(done.exception, SourceError)
    assert "away.mp4" in str(done.exception)


def test_a_folder_that_cannot_be_written_is_named(old: str, device: list[str], street: str) -> None:
    done = ask("replay", "--rules", old, *device, "--out", "/proc/out", street)

    assert 73 == done.exit_code
    assert "cannot write /proc/out" in done.stderr


def test_compare_says_what_changes(old: str, new: str, device: list[str], street: str) -> None:
    done = ask("compare", old, new, *device, street)

    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()[1:5]}
    assert {"people": "changed", "cars": "same", "lots": "gone", "draw": "new"} == rows
    assert "only new keeps: 1" in done.stdout


def test_compare_tells_programs_which_frames(old: str, new: str, device: list[str], street: str) -> None:
    told = json.loads(ask("compare", old, new, *device, "--json", street).stdout)

    assert {0, 6} <= {place["number"] for place in told["both"]}
    assert {2, 4} >= {place["number"] for place in told["only_new"]}
    assert [] == told["only_old"]
