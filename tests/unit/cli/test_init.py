"""`askance` itself: help without weight, errors as words with exit codes."""

import os
import subprocess
import sys

import pytest

from askance import __version__
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
