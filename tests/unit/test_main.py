"""`python -m askance` is the `askance` command."""

import importlib
import subprocess
import sys

from askance import __version__


def test_the_package_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "askance", "--version"], capture_output=True, text=True, check=False)

    assert (0, f"askance, version {__version__}\n", "") == (done.returncode, done.stdout, done.stderr)


def test_its_exit_code_is_the_command_s() -> None:
    done = subprocess.run([sys.executable, "-m", "askance", "no-such"], capture_output=True, text=True, check=False)

    assert 2 == done.returncode


def test_importing_it_runs_nothing() -> None:
    assert callable(importlib.import_module("askance.__main__").main)
