"""Checks are shown alike, and the first failure gives the exit code."""

import json
import os

import pytest

from askance.cli.checks import Finding, Verdict, attempt, report
from askance.errors import ModelError

FAILED = Finding("model", Verdict.FAILED, "no such model", "askance models ls", os.EX_DATAERR)


def test_an_error_of_ours_is_a_finding_with_its_hint_and_code() -> None:
    def check() -> str:
        raise ModelError("no such model", hint="askance models ls")

    assert FAILED == attempt("model", check)
    assert Finding("labels", Verdict.OK, "80 labels") == attempt("labels", lambda: "80 labels")
    known = attempt("rules", lambda: ("people; no model sees kite", "take it out"))
    assert Finding("rules", Verdict.NOTE, "people; no model sees kite", "take it out") == known


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        pytest.param([Finding("a", Verdict.OK, "fine"), Finding("b", Verdict.NOTE, "well")], 0, id="no failure"),
        pytest.param(
            [Finding("a", Verdict.OK, "fine"), FAILED, Finding("c", Verdict.FAILED, "x", None, 1)], 65, id="two"
        ),
    ],
)
def test_the_first_failure_gives_the_exit_code(findings: list[Finding], code: int) -> None:
    assert code == report(findings, as_json=False)


def test_a_finding_has_a_line_and_its_hint_another(capsys: pytest.CaptureFixture[str]) -> None:
    report([Finding("python", Verdict.OK, "3.11"), FAILED], as_json=False)

    assert ["ok      python  3.11", "failed  model   no such model", "                hint: askance models ls"] == [
        line.rstrip() for line in capsys.readouterr().out.splitlines()
    ]


def test_as_json_the_findings_are_complete(capsys: pytest.CaptureFixture[str]) -> None:
    report([FAILED], as_json=True)

    assert [
        {"name": "model", "verdict": "failed", "found": "no such model", "hint": "askance models ls", "exit_code": 65}
    ] == json.loads(capsys.readouterr().out)
