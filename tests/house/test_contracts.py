"""The import contracts of pyproject.toml hold, and each of them sees a violation that is planted for it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support_sources import CHECKOUT, PACKAGE, contracts

RUN = "from importlinter.cli import lint_imports_command as lint; lint()"

# contract -> (file, what is added to it)
PLANTED = {
    "house": ("sections.py", "import askance.edge.config"),
    "edge": ("edge/score/__init__.py", "import askance.edge.rules"),
    "central": ("central/config.py", "import askance.central.inbox"),
    "contract": ("wire/identity.py", "import numpy"),
    "pure": ("backoff.py", "import random"),
    "onnxruntime": ("edge/pipeline.py", "import onnxruntime"),
    "onnx": ("edge/config.py", "import onnx"),
    "paho": ("line.py", "import paho.mqtt.client"),
    "cryptography": ("tls.py", "import cryptography"),
    "sqlite-utils": ("central/config.py", "import sqlite_utils"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package to plant in."""
    shutil.copytree(PACKAGE, tmp_path / "askance", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "askance"


def lint(copy: Path, contract: str | None = None) -> str:
    """Check a copy of the package; the linter's words."""
    chosen = [] if contract is None else ["--contract", contract]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, "--config", CHECKOUT / "pyproject.toml", "--no-cache", *chosen],
        cwd=copy.parent,
        env={**plain, "PYTHONPATH": str(copy.parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_package_keeps_every_contract(copy: Path) -> None:
    assert f"Contracts: {len(contracts())} kept, 0 broken." in lint(copy)


def test_every_contract_has_a_violation_planted_for_it() -> None:
    assert [contract["id"] for contract in contracts()] == list(PLANTED)


@pytest.mark.parametrize("contract", list(PLANTED))
def test_a_planted_violation_is_seen(copy: Path, contract: str) -> None:
    file, line = PLANTED[contract]
    with (copy / file).open("a") as module:
        module.write(f"\n{line}\n")

    assert "Contracts: 0 kept, 1 broken." in lint(copy, contract)


@pytest.mark.parametrize("folder", ["", "edge", "central"])
def test_a_module_that_nobody_placed_is_seen(copy: Path, folder: str) -> None:
    (copy / folder / "newcomer.py").write_text('"""A module without a place."""\n')

    said = lint(copy, {"": "house"}.get(folder, folder))

    assert "Contracts: 0 kept, 1 broken." in said
    assert re.search(rf"- askance\.(?:{folder}\.)?newcomer", said)
