"""Configuration is read from file, NAME.d and environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field, SecretStr

from askance.central.config import CentralConfig
from askance.edge.config import EdgeConfig
from askance.errors import ConfigError
from askance.sections import Section
from askance.settings import load, read_document


class Circle(Section):
    kind: Literal["circle"]
    radius: Annotated[float, Field(gt=0)]


class Square(Section):
    kind: Literal["square"]
    side: float


class Drawing(Section):
    model_config = ConfigDict(title="drawing")

    shapes: tuple[Annotated[Circle | Square, Field(discriminator="kind")], ...] = ()
    layers: Mapping[str, tuple[tuple[Circle, ...], ...]] = {}
    folder: Path | None = None
    files: tuple[Path, ...] = ()
    by_name: Mapping[str, Path] = {}
    password: SecretStr | None = None
    from_: Annotated[int, Field(alias="from")] = 0


def refusal(text: str, folder: Path) -> ConfigError:
    path = folder / "drawing.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(Drawing, path, environ={})
    return caught.value


@pytest.mark.parametrize("model", [EdgeConfig, CentralConfig])
def test_without_file_and_environment_everything_is_default(model: type[Section]) -> None:
    assert model() == load(model, None, environ={})


def test_the_environment_of_this_process_counts_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKANCE__BROKER__PORT", "8883")
    assert load(EdgeConfig, None).broker.port == 8883


def test_an_unknown_key_gets_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text("device:\n  id: gate-1\ncammeras: []\n")
    with pytest.raises(ConfigError) as caught:
        load(EdgeConfig, path, environ={})
    assert str(caught.value) == f"{path}:3: unknown key: cammeras"
    assert caught.value.hint == "did you mean `cameras`? see `askance config schema edge`"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param(
            "shapes:\n  - kind: circle\n    radius: 1\n  - kind: circle\n    radius: -1\n",
            5,
            "shapes[1].radius: expected greater than 0, got -1",
            id="bound-in-a-union",
        ),
        pytest.param(
            "shapes:\n  - kind: square\n    radius: 1\n    side: 2\n",
            3,
            "unknown key: shapes[0].radius",
            id="other-member",
        ),
        pytest.param("shapes:\n  -\n    kind: square\n", 3, "missing key: shapes[0].side", id="missing-in-a-union"),
        pytest.param(
            "shapes:\n  - kind: hexagon\n",
            2,
            "shapes[0]: input tag 'hexagon' found using 'kind' does not match any of the expected tags: "
            "'circle', 'square', got keys and values",
            id="no-such-member",
        ),
        pytest.param(
            "layers:\n  top:\n  - - kind: circle\n      radius: 1\n    - kind: circle\n      radius: big\n",
            6,
            "layers.top[0][1].radius: expected a valid number, unable to parse string as a number, got 'big'",
            id="nested-lists",
        ),
        pytest.param(
            "\nfrom: x\n",
            2,
            "from: expected a valid integer, unable to parse string as an integer, got 'x'",
            id="alias",
        ),
        pytest.param("shapes: 3\n", 1, "shapes: expected a list, got 3", id="type"),
    ],
)
def test_a_fault_is_placed_at_its_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    error = refusal(text, tmp_path)
    assert str(error) == f"{tmp_path}/drawing.yaml:{line}: {message}"
    assert error.hint is not None
    assert error.hint.endswith("see `askance config schema drawing`")


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    error = refusal("password: 123456\n", tmp_path)
    assert str(error) == f"{tmp_path}/drawing.yaml:1: password: expected a valid string"


def test_every_fault_is_told_in_the_order_of_lines(tmp_path: Path) -> None:
    error = refusal("fils: []\nshapes:\n  - kind: circle\n    radius: 0\nfolde: x\n", tmp_path)
    assert [line.split(":")[1] for line in str(error).splitlines()] == ["1", "4", "5"]
    assert error.hint == "did you mean `files`? did you mean `folder`? see `askance config schema drawing`"


def test_relative_paths_start_from_the_file_they_stand_in(tmp_path: Path) -> None:
    (tmp_path / "drawing.d").mkdir()
    path = tmp_path / "drawing.yaml"
    path.write_text("folder: here\nfiles: [a, /b]\nby_name: {x: c}\n")
    (tmp_path / "drawing.d" / "1.yaml").write_text("folder: there\n")
    drawing = load(Drawing, path, environ={"ASKANCE__BY_NAME__Y": "d"})
    assert drawing.folder == tmp_path / "drawing.d" / "there"
    assert drawing.files == (tmp_path / "a", Path("/b"))
    assert drawing.by_name == {"x": tmp_path / "c", "y": Path("d")}


def test_parts_are_merged_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "edge.d").mkdir()
    path = tmp_path / "edge.yaml"
    path.write_text("device: {id: first-0}\nbroker: {host: a, port: 1}\n")
    (tmp_path / "edge.d" / "2.yaml").write_text("device: {id: third-2}\n")
    (tmp_path / "edge.d" / "1.yaml").write_text("device: {id: second-1}\nbroker: {port: 2}\n")
    (tmp_path / "edge.d" / "3.yml.off").write_text("device: [")
    config = load(EdgeConfig, path, environ={})
    assert (config.device.id, config.broker.host, config.broker.port) == ("third-2", "a", 2)


def test_a_fault_in_a_part_names_the_part(tmp_path: Path) -> None:
    (tmp_path / "edge.d").mkdir()
    (tmp_path / "edge.yaml").write_text("device: {id: gate-1}\n")
    part = tmp_path / "edge.d" / "1.yaml"
    part.write_text("\ngate:\n  motion: 2\n")
    with pytest.raises(ConfigError) as caught:
        load(EdgeConfig, tmp_path / "edge.yaml", environ={})
    assert str(caught.value) == f"{part}:3: gate.motion: expected less than or equal to 1, got 2"


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    with pytest.raises(ConfigError, match=r"none\.yaml: No such file") as caught:
        load(CentralConfig, path, environ={})
    assert caught.value.hint == f"name the file with --config, or begin with: askance config example central > {path}"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: \xff")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_document(path)


def test_a_file_without_keys_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("- 1\n")
    with pytest.raises(ConfigError, match=r"a.yaml:1: expected keys and values, got \[1\]"):
        read_document(path)


def test_a_fault_of_the_whole_is_placed_at_its_section(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text("device: {id: gate-1}\ngate:\n  darkest: 0.9\n  brightest: 0.1\n")
    with pytest.raises(ConfigError) as caught:
        load(EdgeConfig, path, environ={})
    assert str(caught.value) == f"{path}:2: gate: darkest (0.9) has to be below brightest (0.1)"


def test_a_file_that_is_an_address_keeps_its_login_to_itself(tmp_path: Path) -> None:
    (tmp_path / "edge.yaml").write_text("rtsp://viewer:s3cretandlongerthanwhatisshown@h/live\n")
    with pytest.raises(ConfigError, match="expected keys and values") as caught:
        read_document(tmp_path / "edge.yaml")

    assert "s3cret" not in str(caught.value)
