"""Tests of `askance models`: what it prints, where to, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from askance.cli import main
from askance.cli.models import models
from support_models import silent, write_package


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(models, [str(word) for word in words], catch_exceptions=False)


def test_ls_says_plainly_what_the_shipped_models_are() -> None:
    result = run("ls")
    assert 0 == result.exit_code
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["ssdlite-mobilenet-v2-coco"].endswith("ok")
    assert lines["centerface"].endswith("not pulled")
    assert "5.2 MB" in lines["ssdlite-mobilenet-v2-coco"]


def test_ls_json_has_the_same_as_data(tmp_path: Path) -> None:
    write_package(tmp_path / "tiny", silent())
    write_package(tmp_path / "torn", silent(), version=[])
    rows = json.loads(run("ls", "--models", tmp_path, "--json").stdout)
    expected = {"name": "tiny", "version": "1", "task": "detect", "quantization": None, "licence": "Apache-2.0"}
    assert expected | {"size": (tmp_path / "tiny" / "model.onnx").stat().st_size, "state": "ok"} == rows[0]
    assert rows[1]["version"] is None
    assert rows[1]["state"].startswith("card wrong")


def test_pull_brings_a_model_and_then_says_that_it_is_there(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "own" / "tiny", silent())
    stick = (folder / "model.onnx").rename(tmp_path / "stick.onnx")
    first = run("pull", "tiny", "--from", stick, "--models", tmp_path / "own")
    assert f"pulled: {folder / 'model.onnx'}\n" == first.stdout
    assert "pull tiny" in first.stderr
    again = run("pull", "tiny", "--from", stick, "--models", tmp_path / "own")
    assert f"already there, with the right hash: {folder / 'model.onnx'}\n" == again.stdout


@pytest.mark.parametrize(
    ("words", "code", "said", "hint"),
    [
        pytest.param(["pull", "centerfase"], 65, "no such model", "did you mean centerface?", id="unknown model"),
        pytest.param(
            ["pull", "centerface", "--from", "http://host/f", "--models", "."], 78, "not a source", "https", id="http"
        ),
        pytest.param(
            ["pull", "centerface", "--from", "nothing.onnx", "--models", "."], 69, "no such file", "--from", id="away"
        ),
        pytest.param(["ls", "--models", "nowhere"], 2, "does not exist", "", id="no folder"),
    ],
)
def test_mistakes_end_in_an_error_a_hint_and_their_exit_code(
    words: list[str],
    code: int,
    said: str,
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["models", *words])
    told = capsys.readouterr()
    assert code == ended.value.code
    assert said in told.err
    assert hint in told.err
    assert not told.out


def test_pull_of_a_model_without_a_known_source_asks_for_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (write_package(tmp_path / "tiny", silent()) / "model.onnx").unlink()
    with pytest.raises(SystemExit):
        main(["models", "pull", "tiny", "--models", str(tmp_path)])
    assert "no source is known for tiny\nhint: give one with --from; sources are known for: centerface" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("command", ["ls", "pull", "inspect", "check", "quantize", "bench"])
def test_each_command_explains_itself_with_an_example(command: str) -> None:
    text = run(command, "--help").stdout
    assert "Example" in text
    assert f"askance models {command}" in text
