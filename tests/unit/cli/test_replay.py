"""`askance rules replay` and `compare`, as a user types them."""

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from askance.cli import replay as commands
from askance.cli.rules import rules
from askance.errors import SourceError
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
    return CliRunner().invoke(rules, arguments)


def test_replay_tells_what_each_rule_costs(old: str, device: list[str], street: str) -> None:
    done = ask("replay", "--rules", old, *device, street)

    people = next(line for line in done.stdout.splitlines() if line.startswith("people"))
    assert ["people", "8", "2", "0", "6", "0", "0", "0", "0"] == people.split()[:9]
    assert "frames: 8 in 4.0 s" in done.stdout
    assert "8 frames, " in done.stderr


def test_replay_writes_a_folder_to_look_at(tmp_path: Path, old: str, device: list[str], street: str) -> None:
    out = tmp_path / "out"

    done = ask("replay", "--rules", old, *device, "--seed", "4", "--out", str(out), "--json", street)

    told = json.loads(done.stdout)
    assert told == json.loads((out / "report.json").read_text())
    assert (4, "doubtful 1", 8) == (told["seed"], told["model"], told["frames"])
    assert [
        {"recording": "street", "camera": "street", "pose": None, "path": street, "frames": 8, "seconds": 4.0}
    ] == told["recordings"]
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
    done, *notes = shown[-1].splitlines()
    assert (done.startswith("8 frames, "), done.endswith(" kept")) == (True, True)
    assert ["note: rule cars matched no frame; what did not hold: `near_threshold` in 8"] == notes


def test_replay_of_what_is_not_there_names_it(device: list[str], tmp_path: Path) -> None:
    done = ask("replay", *device, str(tmp_path / "away.mp4"))

    assert isinstance(done.exception, SourceError)
    assert "away.mp4" in str(done.exception)


def test_a_folder_that_cannot_be_written_is_named_before_anything_is_played(
    old: str, device: list[str], street: str
) -> None:
    done = ask("replay", "--rules", old, *device, "--out", "/proc/out", street)

    assert 73 == done.exit_code
    assert "frames/s" not in done.stderr
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


ZONED = """version: 1
rules:
  - id: people
    when: {near_threshold: {classes: [person], from: 0.2, to: 0.6}}
    zones: [{camera: gate, preset: home, include: [[0, 0], [1, 0], [1, 1], [0, 1]]}]
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "which no recording shows; see `--camera`"),
        (["--camera", "gaet"], "which no recording shows; did you mean gaet? see `--camera`"),
        (["--camera", "gate"], "at pose home, but its pose is none: nothing counts there; see `--pose`"),
        (["--camera", "gate", "--pose", "home"], None),
    ],
)
def test_zones_are_held_against_what_the_recording_is_said_to_show(
    tmp_path: Path, device: list[str], street: str, options: list[str], said: str | None
) -> None:
    zoned, out = tmp_path / "zoned.yaml", tmp_path / "out"
    zoned.write_text(ZONED)

    done = ask("replay", "--rules", str(zoned), *options, *device, "--json", "--out", str(out), street)
    compared = ask("compare", str(zoned), str(zoned), *options, *device, street)

    told = json.loads(done.stdout)
    note = f"{zoned}:5: rule people: a zone of camera gate"
    assert (8 if options[1:] != ["gate"] else 0) == told["rules"][0]["matched"]
    assert [said is not None] * 4 == [
        any(note in line and str(said) in line for line in place)
        for place in (told["notes"], done.stderr.splitlines(), compared.stderr.splitlines(),
                      [(out / "sheet.html").read_text().replace("&#x27;", "'")])
    ]  # fmt: skip


def test_a_configuration_says_what_its_cameras_recordings_show(tmp_path: Path, device: list[str], street: str) -> None:
    zoned = tmp_path / "zoned.yaml"
    zoned.write_text(ZONED)
    cameras = [{"id": "gate", "url": "0", "pose": "home"}]
    write_yaml(tmp_path / "edge.yaml", {"detector": {"probe": False}, "gate": {"sharpness": 0}, "cameras": cameras})

    told = json.loads(ask("replay", "--rules", str(zoned), *device, "--json", street).stdout)

    assert [("street", "gate", "home")] == [
        (each["recording"], each["camera"], each["pose"]) for each in told["recordings"]
    ]
    assert (8, []) == (told["rules"][0]["matched"], told["notes"])


def test_cameras_are_said_once_or_for_each_recording_and_have_names(device: list[str], street: str) -> None:
    some, bad = (
        ask("replay", *device, *options, street, street, street)
        for options in (["--camera", "gate", "--camera", "yard"], ["--camera", "Gate 1"])
    )

    assert (2, 2) == (some.exit_code, bad.exit_code)
    assert "--camera: expected one name for all recordings or one for each: 2, 3" in some.stderr
    assert "--camera: expected a name as configurations have it, e.g. gate: Gate 1" in bad.stderr


def test_the_sheet_counts_what_each_rule_kept(tmp_path: Path, old: str, device: list[str], street: str) -> None:
    out = tmp_path / "out"

    told = json.loads(ask("replay", "--rules", old, *device, "--out", str(out), "--json", street).stdout)

    html = (out / "sheet.html").read_text()
    kept = {rule["rule"]: rule["kept"] for rule in told["rules"]}
    assert [True] * 3 == [f"<span>{rule} <b>{count}</b></span>" in html for rule, count in kept.items()]
    assert f"<span>kept <b>{told['kept']}</b></span>" in html
    assert "task " not in html
    assert ">open<" not in html


def test_the_sheet_tells_the_time_of_each_frame_in_its_own_recording(
    tmp_path: Path, device: list[str], street: str
) -> None:
    rules = tmp_path / "all.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: all, when: {random: {probability: 1.0}}}\n")
    lone, other = record(tmp_path / "lone", 1), record(tmp_path / "other" / "street", 2)
    out = tmp_path / "out"

    done = ask("replay", "--rules", str(rules), *device, "--out", str(out), str(lone), street, str(other))

    assert 0 == done.exit_code, done.output
    html = (out / "sheet.html").read_text()
    assert {"0.0 s into lone", *(f"{n / 2:.1f} s into street" for n in range(8))} | {
        f"{n / 2:.1f} s into street-3" for n in range(2)
    } == set(re.findall(r"&middot; ([\d.]+ s into [\w-]+) &middot;", html))


def test_an_address_is_told_as_it_was_typed(device: list[str]) -> None:
    done = ask("replay", *device, "rtsp://gate/stream")

    assert "a camera cannot be replayed: rtsp://gate/stream" == str(done.exception)
