"""Environment variables are laid over the file."""

from pathlib import Path

import pytest

from askance.edge.config import EdgeConfig
from askance.errors import ConfigError
from askance.settings import load


def edge(**variables: str) -> EdgeConfig:
    return load(EdgeConfig, None, environ={f"ASKANCE__{name}": value for name, value in variables.items()})


def refusal(**variables: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        edge(**variables)
    return caught.value


def test_values_have_the_type_that_yaml_gives_them() -> None:
    config = edge(BROKER__PORT="8883", GATE__MOTION="0.5", CAMERAS__0__ID="main", CAMERAS__0__URL="rtsp://x/y")
    assert (config.broker.port, config.gate.motion, config.cameras[0].url) == (8883, 0.5, "rtsp://x/y")


def test_null_empties_a_key() -> None:
    assert edge(GATE__AT_LEAST="null").gate.at_least is None


def test_brackets_and_quotes_are_yaml() -> None:
    assert edge(RULES='[a.yaml, "b.yaml"]').rules == (Path("a.yaml"), Path("b.yaml"))
    assert edge(CAMERAS='[{id: main, url: "0"}]', CAMERAS__0__URL="'1'").cameras[0].url == "1"


def test_a_number_in_the_name_is_a_place_in_a_list(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text("cameras:\n  - {id: a, url: '0'}\n  - {id: b, url: '1'}\n  - {id: c, url: '2'}\n")
    environ = {"ASKANCE__CAMERAS__1__URL": "x", "ASKANCE__CAMERAS__3__ID": "d", "ASKANCE__CAMERAS__3__URL": "y"}
    cameras = load(EdgeConfig, path, environ=environ).cameras
    assert [(camera.id, camera.url) for camera in cameras] == [("a", "0"), ("b", "x"), ("c", "2"), ("d", "y")]


def test_a_hole_in_a_list_is_refused() -> None:
    error = refusal(CAMERAS__2__URL="x")
    assert str(error) == "ASKANCE__CAMERAS__2__URL: the list has 0 entries, none before this one may be left out"


def test_a_secret_is_text_whatever_it_looks_like() -> None:
    password = load(EdgeConfig, None, environ={"ASKANCE__BROKER__PASSWORD": "[123"}).broker.password
    assert password is not None
    assert password.get_secret_value() == "[123"


def test_a_secret_is_read_from_a_file_and_stripped(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("123456\n")
    password = edge(BROKER__PASSWORD_FILE=str(path)).broker.password
    assert password is not None
    assert password.get_secret_value() == "123456"


def test_a_secret_file_that_is_away_is_named(tmp_path: Path) -> None:
    error = refusal(BROKER__PASSWORD_FILE=f"{tmp_path}/none")
    assert str(error).startswith(f"ASKANCE__BROKER__PASSWORD_FILE: cannot read the file {tmp_path}/none: ")
    assert error.hint == "create it, or unset ASKANCE__BROKER__PASSWORD_FILE"


def test_a_fault_names_its_variable() -> None:
    error = refusal(GATE__MOTOIN="1")
    assert str(error) == "ASKANCE__GATE__MOTOIN: unknown key: gate.motoin"
    assert error.hint == "did you mean `motion`? see `askance config schema edge`"


def test_a_variable_replaces_whatever_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text("gate: 5\n")
    assert load(EdgeConfig, path, environ={"ASKANCE__GATE__MOTION": "0.5"}).gate.motion == 0.5


def test_other_variables_are_left_alone() -> None:
    assert EdgeConfig() == load(EdgeConfig, None, environ={"ASKANCE_TEST_ASSETS": "x", "HOME": "y"})
