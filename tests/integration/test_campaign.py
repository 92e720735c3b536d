"""The campaign's own works: verdicts add up, a bad one cannot hide, and the table and the report say what was found."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from chaos.campaign import LANES, lane, number, scenarios
from chaos.findings import Run, report, summary, table
from chaos.verdict import Verdict

GOOD = Verdict("R3", "power cuts", 10, controls={"no fsync": True}, figures={"wear": 1.1})

PASSES = """
from chaos.verdict import Verdict
def test_it(found, seed, random):
    found(Verdict("R98", f"seed {seed}", 5, controls={"a mutant": True}, figures={"chance": random.random()}))
"""
LOSES = """
from chaos.verdict import Verdict
def test_it(found):
    found(Verdict("R98", "a loss", 5, lost=2))
"""
SKIPS = """
import pytest
def test_it():
    pytest.skip("no strace: apt-get install strace")
"""
LINGERS = """
import subprocess
from chaos.verdict import Verdict
def test_it(found):
    subprocess.Popen(["sleep", "3456.5"])
    found(Verdict("R98", "", 1, controls={"a mutant": True}))
"""
CRASHES = """
def test_it():
    raise RuntimeError("before anything was found")
"""


@pytest.mark.parametrize(
    ("verdict", "failures"),
    [
        pytest.param(GOOD, [], id="nothing"),
        pytest.param(Verdict("R3", "", 1, lost=2), ["lost: 2"], id="lost"),
        pytest.param(Verdict("R3", "", 1, duplicated=1), ["duplicated: 1"], id="doubled"),
        pytest.param(Verdict("R3", "", 1, stuck=3), ["stuck: 3"], id="stuck"),
        pytest.param(Verdict("R3", "", 1, wrong=("a word",)), ["a word"], id="wrong"),
        pytest.param(Verdict("R3", "", 1, controls={"m": False}), ["not caught: m"], id="a control that is not caught"),
        pytest.param(Verdict("R3", "", 0), ["nothing was tried"], id="no trial"),
    ],
)
def test_what_speaks_against_a_verdict(verdict: Verdict, failures: list[str]) -> None:
    assert failures == verdict.failures
    assert verdict == Verdict.from_json(json.loads(json.dumps(verdict.as_json())))


def test_parts_add_up_and_the_worse_one_counts() -> None:
    other = Verdict(
        "R3", "kills", 5, lost=1, wrong=("w",), controls={"no fsync": False, "x": True}, figures={"wear": 1.2, "s": 3}
    )

    whole = GOOD + other

    assert ("power cuts; kills", 15, 1, ("w",)) == (whole.title, whole.trials, whole.lost, whole.wrong)
    assert {"no fsync": False, "x": True} == whole.controls
    assert {"wear": 1.2, "s": 3} == whole.figures
    assert GOOD.title == (GOOD + GOOD).title


def test_amounts_of_parts_add_up() -> None:
    parts = [Verdict("R3", "", 1, amounts=amounts) for amounts in ({"frames": 3, "kills": 0}, {"frames": 4})]

    assert {"frames": 7, "kills": 0} == (parts[0] + parts[1]).amounts


def ended(*verdicts: Verdict, passed: bool = True, skipped: Mapping[str, int] | None = None) -> Run:
    """A run of R3 that took two seconds."""
    return Run("R3", len(verdicts), verdicts, passed, skipped or {}, 2.0, "")


def test_a_run_that_ends_badly_without_a_word_is_told() -> None:
    (verdict,) = summary([ended(GOOD), ended(passed=False)], everything=True).values()

    assert ["ended badly: see what pytest said"] == verdict.failures
    assert 10 == verdict.trials


def test_a_scenario_without_any_control_proves_nothing() -> None:
    (verdict,) = summary([ended(Verdict("R3", "kills", 1))], everything=True).values()

    assert ["no control was run"] == verdict.failures


def test_the_table_and_the_report_name_trials_losses_controls_and_what_was_not_run() -> None:
    runs = [ended(GOOD + Verdict("R3", "kills", 1, lost=2)), ended(skipped={"no root": 2})]
    found = summary(runs, everything=False)

    drawn = table(found, runs)
    told = json.loads(json.dumps(report(found, runs)))

    assert "R3        11     2       0     0     1/1     4  power cuts; kills" in drawn
    assert "FAILED: lost: 2" in drawn
    assert "R3   not run: 2 x no root" in drawn
    scenario = told["scenarios"]["R3"]
    assert (11, 2, False, {"no root": 2}, 4.0) == tuple(
        scenario[key] for key in ("trials", "lost", "passed", "not run", "seconds")
    )
    assert [0, 1] == told["seeds"]


def test_what_could_not_be_run_has_not_passed_and_fails_where_everything_can() -> None:
    runs = [ended(skipped={"no root": 2})]

    assert {} == summary(runs, everything=False)
    assert ["not run: no root", "nothing was tried"] == summary(runs, everything=True)["R3"].failures
    told = json.loads(json.dumps(report({}, runs)))
    assert (False, {"no root": 2}) == tuple(told["scenarios"]["R3"][key] for key in ("passed", "not run"))


@pytest.fixture
def campaign(checkout: Path, tmp_path: Path) -> Path:
    """The campaign in a folder of this test's own, without any scenario."""
    folder = tmp_path / "tests" / "chaos"
    folder.mkdir(parents=True)
    for file in ("campaign.py", "findings.py", "verdict.py", "conftest.py"):
        shutil.copy(checkout / "tests" / "chaos" / file, folder)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = tests\nmarkers = chaos\naddopts = -ra\n")
    return folder


@pytest.mark.parametrize(
    ("scenario", "code", "said"),
    [
        pytest.param(PASSES, 0, "R98       10     0       0     0     1/1", id="two rounds pass"),
        pytest.param(LOSES, 1, "FAILED: lost: 4", id="a loss"),
        pytest.param(CRASHES, 1, "FAILED: ended badly", id="a crash"),
        pytest.param(SKIPS, int(os.geteuid() == 0), "R98  not run: 2 x no strace: apt-get install strace", id="a skip"),
        pytest.param(LINGERS, 0, "R98        2     0       0     0     1/1", id="one that leaves something behind"),
    ],
)
def test_a_campaign_of_two_rounds(campaign: Path, scenario: str, code: int, said: str) -> None:
    (campaign / "test_r98_planted.py").write_text(scenario)
    root = campaign.parents[1]

    done = subprocess.run(
        [sys.executable, "tests/chaos/campaign.py", "--rounds", "2", "--json", "out/report.json"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert code == done.returncode, done.stdout + done.stderr
    assert said in done.stdout, done.stdout
    assert os.geteuid() != 0 or "3456.5" not in running()
    assert [1, 2] == json.loads((root / "out" / "report.json").read_text())["seeds"]


def running() -> str:
    """The command lines of all processes."""
    return subprocess.run(["ps", "-e", "-o", "args"], capture_output=True, text=True, check=True).stdout


def test_every_scenario_of_the_issue_is_there() -> None:
    there = [number(path) for path in scenarios(None)]

    assert [f"R{at}" for at in (*range(1, 12), 13, 14)] == there


def test_every_scenario_has_one_lane_and_a_new_one_the_last() -> None:
    assert sorted(number(path) for path in scenarios(None)) == sorted(name for names in LANES for name in names)
    assert [0, 1, 2, 2] == [lane(name) for name in ("R6", "R3", "R1", "R98")]


def test_a_scenario_that_is_not_there_is_named() -> None:
    with pytest.raises(SystemExit, match="no such scenario: R77"):
        scenarios("R3,R77")
