"""``askance config`` shows, explains and begins; the shipped files are complete and equal to the defaults."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pydantic import BaseModel

from askance.central.config import CentralConfig
from askance.cli.config import config
from askance.edge.config import EdgeConfig
from askance.edge.rules.document import RuleFile
from askance.errors import ConfigError
from askance.settings import load, schema

PROGRAMS = [pytest.param("edge", EdgeConfig, id="edge"), pytest.param("central", CentralConfig, id="central")]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(config, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def keys(value: object) -> object:
    """The keys of a tree without its values; lists by their first entry."""
    if isinstance(value, dict):
        return {key: keys(child) for key, child in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value else None


@pytest.mark.parametrize(("name", "model"), PROGRAMS)
def test_the_shipped_file_is_complete_and_equal_to_the_defaults(
    name: str, model: type[BaseModel], checkout: Path
) -> None:
    path = checkout / "config" / f"{name}.yaml"
    assert model() == load(model, path, environ={})
    assert keys(model().model_dump(mode="json")) == keys(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(("name", "model"), PROGRAMS)
def test_every_key_of_the_shipped_file_has_a_comment(name: str, model: type[BaseModel], checkout: Path) -> None:
    lines = (checkout / "config" / f"{name}.yaml").read_text().splitlines()
    bare = [line for line in lines if line.strip() and "#" not in line and not line.endswith(":")]
    assert bare == ["  tls: null"], f"its comment stands above it; {model.__name__} has the others beside"


@pytest.mark.parametrize("name", ["edge", "central", "rules"])
def test_the_schema_beside_the_shipped_files_is_up_to_date(name: str, checkout: Path) -> None:
    path = checkout / "config" / "schema" / f"{name}.schema.json"
    assert run("schema", name) == path.read_text(), f"run: askance config schema {name} > config/schema/{path.name}"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("edge.yaml", "schema/edge.schema.json"),
        ("central.yaml", "schema/central.schema.json"),
        ("rules/default.yaml", "../schema/rules.schema.json"),
    ],
)
def test_editors_are_told_the_schema(path: str, target: str, checkout: Path) -> None:
    file = checkout / "config" / path
    assert file.read_text().splitlines()[0] == f"# yaml-language-server: $schema={target}"
    assert (file.parent / target).is_file()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("edge", "config/edge.yaml"),
        ("central", "config/central.yaml"),
        ("rules", "config/rules/default.yaml"),
        ("labels", "config/labels.yaml"),
        ("edge-service", "systemd/askance-edge.service"),
        ("central-service", "systemd/askance-central.service"),
    ],
)
def test_the_example_is_the_shipped_file(name: str, file: str, checkout: Path) -> None:
    assert run("example", name) == (checkout / file).read_text()


def test_the_rules_schema_speaks_of_the_keys_of_the_file() -> None:
    near = schema(RuleFile)["$defs"]["NearThreshold"]
    assert list(near["properties"]) == ["classes", "from", "to"]
    assert {"all", "any", "not"} < set(schema(RuleFile)["$defs"]["Condition"]["properties"])


@pytest.mark.parametrize(("name", "model"), PROGRAMS)
def test_what_is_shown_can_be_read_again(name: str, model: type[BaseModel], tmp_path: Path) -> None:
    path = tmp_path / "shown.yaml"
    path.write_text(run("show", name))
    assert model() == load(model, path, environ={})


def test_the_environment_is_part_of_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKANCE__DEVICE__ID", "gate-7")
    assert json.loads(run("show", "edge", "--json"))["device"] == {"id": "gate-7"}


def test_secrets_are_masked(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text(
        "broker: {password: hush}\n"
        "cameras:\n"
        "  - {id: a, url: 'rtsp://me:hush@camera/live'}\n"
        "  - {id: b, url: 'rtsp://me:hu@sh@camera/live?x=a@b'}\n"
        "  - {id: c, url: 'rtsp://camera/live?user=me&password=hush&channel=1'}\n"
    )
    for shown in (run("show", "--config", str(path)), run("show", "--config", str(path), "--json")):
        assert "hush" not in shown
        assert "hu@sh" not in shown
        assert "rtsp://***@camera/live" in shown
        assert "user=me&password=***&channel=1" in shown


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text("gaet: {}\n")
    with pytest.raises(ConfigError, match="unknown key: gaet"):
        run("show", "--config", str(path))
