"""One way to run checks and to show them, for `askance doctor` and `askance edge check`."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

import click

from askance.errors import AskanceError


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"  # works, and the user should know
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``exit_code`` is the one its failure ends the command with."""

    name: str
    verdict: Verdict
    found: str
    hint: str | None = None
    exit_code: int = 0


_COLOURS: Final = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.FAILED: "red"}


def attempt(name: str, check: Callable[[], str | tuple[str, str]]) -> Finding:
    """Run a check that says what it found, with a hint if that is to be known; so is an error of ours."""
    try:
        found = check()
    except AskanceError as error:
        return Finding(name, Verdict.FAILED, str(error), error.hint, error.exit_code)
    return Finding(name, Verdict.OK, found) if isinstance(found, str) else Finding(name, Verdict.NOTE, *found)


def report(findings: list[Finding], *, as_json: bool) -> int:
    """Print the findings and return the exit code: that of the first failure, 0 without one."""
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            verdict = click.style(f"{finding.verdict:<6}", fg=_COLOURS[finding.verdict])
            click.echo(f"{verdict}  {finding.name:<{width}}  {finding.found}")
            if finding.hint is not None:
                click.echo(f"{'':8}{'':<{width}}  hint: {finding.hint}")
    return next((finding.exit_code for finding in findings if finding.verdict is Verdict.FAILED), 0)
