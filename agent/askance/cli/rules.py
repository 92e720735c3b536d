"""`askance rules`: check capture rules, replay them over recordings, compare them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from askance.cli.footage import FILE, JSON, MODEL, configured
from askance.cli.replay import compare, replay
from askance.cli.tables import echo_table

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from collections.abc import Sequence

    from askance.edge.rules import RuleId
    from askance.edge.rules.idle import Idle


@click.group()
def rules() -> None:
    """Capture rules: check them, replay them over recordings, compare."""


rules.add_command(replay)
rules.add_command(compare)


@rules.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--labels", type=FILE, help="Label map.  [default: the shipped one]")
@MODEL
@click.option("--config", "config_path", type=FILE, help="A device's configuration: its models, labels and cameras.")
@JSON
def check(
    files: tuple[Path, ...], *, labels: Path | None, model: Path | None, config_path: Path | None, as_json: bool
) -> None:
    """Read the rule files FILE... as a device does, and show what they say.

    Conditions that contradict each other are an error. With --model, or the model of --config, so are classes that it
    does not see and bands below its floor; signals that it cannot give are told. With --config so are zones of cameras
    and poses that the device has not.

    \b
    Examples:
      askance rules check config/rules/default.yaml
      askance rules check own.yaml --labels labels.yaml --model models/own
      askance rules check own.yaml --config edge.yaml
    """
    from dataclasses import replace

    from askance.edge.findings import read_site
    from askance.edge.health import Health
    from askance.edge.parts import read_labels, today
    from askance.edge.rules import load_rules
    from askance.edge.rules.idle import Site, idle
    from askance.replay import rulebook

    config = configured(config_path, model=model, labels=labels)
    known = read_labels(config)
    policy = load_rules(files, labels=known)
    health = Health()
    site = Site() if model is config_path is None else read_site(config, known, health=health)
    site = site if config_path is not None else replace(site, poses=None)
    names = {int(label.id): label.name for label in known.labels}
    never, expired = idle(policy, site, names=names), policy.expired(today())
    lines = rulebook.describe(policy, names, signals=site.signals, never=never)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
    else:
        echo_table([rulebook.TITLES, *(line.row for line in lines)])
    for part, what in health.vitals().trouble.items():
        click.echo(f"note: {part}: {what}", err=True)
    _say(never, expired=expired)


def _say(never: "Sequence[Idle]", *, expired: "Sequence[RuleId]") -> None:
    """Say which rules and conditions never hold.

    Raises:
        ConfigError: some of them were hardly meant.
    """
    from askance.edge.rules.idle import WRONG
    from askance.errors import ConfigError

    for rule in expired:
        click.echo(f"note: rule {rule}: it has expired, and never holds", err=True)
    for each in never:
        if each.cause not in WRONG:
            click.echo(f"note: {each}", err=True)
    wrong = [each for each in never if each.cause in WRONG]
    if wrong:
        hints = dict.fromkeys(each.hint for each in wrong)
        raise ConfigError("\n".join(each.text for each in wrong), hint="; ".join(hints))
