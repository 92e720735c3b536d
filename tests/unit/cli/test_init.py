"""`askance` itself: help without weight, errors as words with exit codes."""

import os
import subprocess
import sys

import click
import pytest

from askance import __version__
from askance.cli import askance as group
from askance.cli import main
from askance.errors import ModelError
from support_programs import askance

HEAVY = ("cv2", "numpy", "onnxruntime", "pydantic", "paho", "sqlite_utils", "yaml")


def test_the_help_imports_nothing_heavy() -> None:
    code = "import sys; from askance.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set() == set(HEAVY) & set(done.stdout.splitlines()[-1].split())


def test_the_version_is_the_packages() -> None:
    assert f"askance, version {__version__}" == askance("--version").stdout.strip()


def test_an_unknown_command_is_a_usage_error() -> None:
    done = askance("edgee")

    assert 2 == done.returncode
    assert "No such command" in done.stderr


def test_an_error_of_ours_is_two_lines_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["models", "pull", "no-such-model"])

    error, hint = capsys.readouterr().err.splitlines()
    assert caught.value.code in {ModelError.exit_code, os.EX_CONFIG}
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")


def test_help_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])

    assert caught.value.code in {None, 0}
    assert "askance demo" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raised", "code"),
    [(KeyboardInterrupt(), 130), (click.Abort(), 130), (BrokenPipeError(), 141), (ModelError("ruined"), os.EX_DATAERR)],
    ids=["interrupted", "aborted", "nobody reads", "an error of ours"],
)
def test_every_end_has_its_exit_code(monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int) -> None:
    def fail(_context: click.Context) -> None:
        raise raised

    monkeypatch.setattr(group, "invoke", fail)

    with pytest.raises(SystemExit) as caught:
        main(["doctor"])

    assert code == caught.value.code


def test_an_error_without_a_hint_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_context: click.Context) -> None:
        raise ModelError("ruined: x")

    monkeypatch.setattr(group, "invoke", fail)

    with pytest.raises(SystemExit):
        main(["doctor"])

    assert "error: ruined: x\n" == capsys.readouterr().err


def test_what_a_command_returns_is_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def three(_context: click.Context) -> int:
        return 3

    monkeypatch.setattr(group, "invoke", three)

    with pytest.raises(SystemExit) as caught:
        main(["doctor"])

    assert 3 == caught.value.code


def test_every_command_in_the_help_can_be_run() -> None:
    context = click.Context(group)

    assert all(group.get_command(context, name) is not None for name in group.list_commands(context))
    assert group.get_command(context, "no-such") is None
