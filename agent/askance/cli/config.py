"""``askance config``: the effective configuration, its schema for editors, and the shipped files to begin with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from askance.redaction import redact
from askance.shipped import Part, folder

if TYPE_CHECKING:
    from pydantic import BaseModel

# What people begin with -> (shipped folder, file in it).
_FILES: Final[Mapping[str, tuple[Part, str]]] = {
    "edge": ("config", "edge.yaml"),
    "central": ("config", "central.yaml"),
    "rules": ("config", "rules/default.yaml"),
    "rules-agriculture": ("config", "rules/agriculture.yaml"),
    "rules-ptz-security": ("config", "rules/ptz-security.yaml"),
    "rules-road-surface": ("config", "rules/road-surface.yaml"),
    "rules-road-vehicle": ("config", "rules/road-vehicle.yaml"),
    "labels": ("config", "labels.yaml"),
    "mosquitto": ("config", "mosquitto/askance.conf"),
    "mosquitto-fleet": ("config", "mosquitto/fleet.conf"),
    "mosquitto-acl": ("config", "mosquitto/acl"),
    "edge-service": ("systemd", "askance-edge.service"),
    "central-service": ("systemd", "askance-central.service"),
}


@click.group()
def config() -> None:
    """Show, explain and begin a configuration."""


@config.command()
@click.argument("program", type=click.Choice(["edge", "central"]), default="edge")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The program's YAML file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def show(program: str, path: Path | None, *, as_json: bool) -> None:
    """Print what PROGRAM would run with: defaults, FILE, its folder NAME.d and the environment; secrets are masked.

    \b
    Examples:
      askance config show edge --config /etc/askance/edge.yaml
      ASKANCE__BROKER__PORT=8883 askance config show central --json
    """
    import yaml

    from askance.settings import load

    effective = _without_secrets(load(_model(program), path).model_dump(mode="json"))
    if as_json:
        click.echo(json.dumps(effective, indent=2))
    else:
        click.echo(yaml.safe_dump(effective, sort_keys=False, allow_unicode=True), nl=False)


@config.command()
@click.argument("kind", type=click.Choice(["edge", "central", "rules"]))
def schema(kind: str) -> None:
    """Print the JSON Schema of KIND, for editors and validators.

    \b
    Examples:
      askance config schema rules > rules.schema.json
    """
    from askance.settings import schema as describe

    click.echo(json.dumps(describe(_model(kind)), indent=2))


@config.command()
@click.argument("kind", type=click.Choice(list(_FILES)))
def example(kind: str) -> None:
    """Print the shipped file of KIND: every key with its default and a comment.

    \b
    Examples:
      askance config example edge > /etc/askance/edge.yaml
      askance config example edge-service > /etc/systemd/system/askance-edge.service
    """
    part, file = _FILES[kind]
    click.echo((folder(part) / file).read_text(encoding="utf-8"), nl=False)


def _model(kind: str) -> "type[BaseModel]":
    """Return the model of a kind of file."""
    if kind == "edge":
        from askance.edge.config import EdgeConfig

        return EdgeConfig
    if kind == "central":
        from askance.central.config import CentralConfig

        return CentralConfig
    from askance.edge.rules.document import RuleFile

    return RuleFile


def _without_secrets(value: object) -> object:
    """Mask what addresses hold, ``rtsp://name:password@camera?token=...``; secrets of their own mask themselves."""
    if isinstance(value, dict):
        return {key: _without_secrets(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_without_secrets(child) for child in value]
    return redact(value) if isinstance(value, str) else value
