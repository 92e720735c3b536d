"""`askance edge tell`, `pose`, `capture` and `why`: speak to the agent that runs on this device."""

import json
import re
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from askance.cli.device import CONFIG
from askance.cli.tables import columns, echo_table

if TYPE_CHECKING:
    from askance.edge.control.messages import Answer, Decision, Reasons, Taken

_CALLED: Final = {
    "readings": "NAME=NUMBER",
    "for": "--for",
    "pose.camera": "CAMERA",
    "pose.preset": "PRESET",
    "capture.note": "--note",
    "capture.cameras": "--camera",
    "capture.last": "--last",
    "why.camera": "--camera",
    "why.rule": "--rule",
}
"""The options that the parts of a request come from."""
_KEEPS_NOTHING: Final = "no rule in force captures for a `manual` condition: nothing is kept for being asked for"


@click.command()
@CONFIG
@click.argument("readings", nargs=-1, required=True, metavar="NAME=NUMBER...")
@click.option("--for", "for_", metavar="DURATION", default="10s", show_default=True, help="How long they are true.")
def tell(readings: tuple[str, ...], *, config_path: Path | None, for_: str) -> None:
    """Tell the running agent numbers that it cannot see, for rules with `signal` and `geofence`.

    \b
    Examples:
      askance edge tell speed=12.3 --config /etc/askance/edge.yaml
      askance edge tell lat=48.137 lon=11.575 --for 5s --config /etc/askance/edge.yaml
    """
    _ask(config_path, {"readings": dict(map(_reading, readings)), "for": for_})


@click.command()
@CONFIG
@click.argument("camera")
@click.argument("preset", required=False)
def pose(*, config_path: Path | None, camera: str, preset: str | None) -> None:
    """Tell the running agent where a camera looks that turns: at PRESET, as the `zones` of rules name it.

    Without PRESET what was told is forgotten, and `cameras.pose` of the configuration holds.

    \b
    Examples:
      askance edge pose gate yard --config /etc/askance/edge.yaml
      askance edge pose gate --config /etc/askance/edge.yaml
    """
    stand = _ask(config_path, {"pose": {"camera": camera, "preset": preset}}).pose
    if stand is not None:
        click.echo(f"pose of {stand.camera}: {stand.preset or 'not known'}")


@click.command()
@CONFIG
@click.option("--camera", "cameras", multiple=True, metavar="ID", help="Of this camera; again for more; default all.")
@click.option("--note", metavar="TEXT", help="Who asks, and what for; it travels with the frame.")
@click.option("--last", metavar="DURATION", help="So much of what led to it, 0s for none; default what the rule has.")
def capture(*, config_path: Path | None, cameras: tuple[str, ...], note: str | None, last: str | None) -> None:
    """Ask the running agent for the next frame.

    It is kept if a rule has `manual`, with what led to it, as far as the rule's `context` reaches.

    \b
    Examples:
      askance edge capture --config /etc/askance/edge.yaml
      askance edge capture --camera gate --last 5s --note "the patrol, a pothole" --config /etc/askance/edge.yaml
    """
    wish = {"cameras": cameras or None, "note": note, "last": last}
    taken = _ask(config_path, {"capture": {key: value for key, value in wish.items() if value is not None}}).capture
    if taken is not None:
        _show_taken(taken, last=last)


@click.command()
@CONFIG
@click.option("--last", type=click.IntRange(1, 256), default=20, show_default=True, help="So many decisions.")
@click.option("--camera", metavar="ID", help="Of this camera alone.")
@click.option("--rule", metavar="ID", help="What this rule said alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the decisions as JSON.")
def why(*, config_path: Path | None, last: int, camera: str | None, rule: str | None, as_json: bool) -> None:
    """Show why the running agent kept its last frames, or did not.

    \b
    Examples:
      askance edge why --config /etc/askance/edge.yaml
      askance edge why --last 5 --camera gate --rule unsure-people --config /etc/askance/edge.yaml
    """
    reasons = _ask(config_path, {"why": {"last": last, "camera": camera, "rule": rule}}).why
    if reasons is None:
        return
    if as_json:
        click.echo(json.dumps(reasons.model_dump(mode="json", exclude_none=True), indent=2))
    else:
        _show_reasons(reasons)


def _ask(config_path: Path | None, content: dict[str, Any]) -> "Answer":
    """Speak to the agent of a configuration; what the operator wrote wrongly is said before."""
    from pydantic import ValidationError

    from askance import settings
    from askance.edge.config import EdgeConfig
    from askance.edge.control.client import ask
    from askance.edge.control.messages import Request, faults

    try:
        request = Request.model_validate(content)
    except ValidationError as error:
        raise click.UsageError(faults(error, called=_CALLED)) from error
    return ask(settings.load(EdgeConfig, config_path).store.path, request)


def _reading(text: str) -> tuple[str, float]:
    from askance.edge.readings import NAME_PATTERN

    name, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError as error:
        raise click.UsageError(f"{text}: expected a name and a number, as in speed=12.3") from error
    if not isfinite(value):
        raise click.UsageError(f"{text}: expected a finite number, as in speed=12.3")
    if re.match(NAME_PATTERN, name) is None:
        raise click.UsageError(f"{text}: expected a name of lower-case letters, digits, _ . and -, as in speed=12.3")
    return name, value


def _show_taken(taken: "Taken", *, last: str | None) -> None:
    from askance.units import parse_duration

    before_s = 0.0 if taken.before is None else taken.before.total_seconds()
    back = f", with the {before_s:g} s before it" if before_s else ""
    click.echo(f"asked for: the next frame of {', '.join(taken.cameras)}{back}")
    if not taken.rules:
        click.echo(f"note: {_KEEPS_NOTHING}; see `askance config example rules`", err=True)
    elif last is not None and before_s < parse_duration(last).total_seconds():
        reach = f"{before_s:g} s at most" if before_s else "nothing before it"
        click.echo(f"note: {', '.join(taken.rules)}: with {reach}, see `context.before` of the rules", err=True)


def show_decisions(decisions: "Sequence[Decision]") -> None:
    """Print frames, and below each what every rule said of it."""
    words = [
        (f"  {rule.rule}", rule.outcome.replace("_", " "), f"{rule.value:.2f}", f"{rule.clause}: {rule.text}")
        for decision in decisions
        for rule in decision.rules
    ]
    lines = iter(columns(words))
    for decision in decisions:
        click.echo(_headline(decision))
        for _ in decision.rules:
            click.echo(next(lines))


def _show_reasons(reasons: "Reasons") -> None:
    show_decisions(reasons.decisions)
    if not reasons.decisions:
        click.echo("the rules have not been asked about such a frame yet")
    ends = ", ".join(f"{end} {count}" for end, count in sorted(reasons.ends.items(), key=lambda end: -end[1]))
    click.echo(f"\nframes since the start: {sum(reasons.ends.values())}{f'; {ends}' if ends else ''}")
    tallies = [
        (rule, str(tally.matched), str(tally.kept), ", ".join(f"{why} {count}" for why, count in tally.refused.items()))
        for rule, tally in reasons.rules.items()
    ]
    if tallies:
        echo_table([("rule", "matched", "kept", "refused"), *tallies])


def _headline(decision: "Decision") -> str:
    ended = f"kept {decision.kept}" if decision.kept is not None else f"dropped: {decision.dropped}"
    where = decision.camera if decision.pose is None else f"{decision.camera} at {decision.pose}"
    return f"{where} #{decision.index}  {decision.ago_s:.1f} s ago  objects: {decision.objects}  {ended}"
