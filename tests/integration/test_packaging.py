"""The wheel carries all that a device needs, and works where no checkout is near."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

PARTS = ["models", "config", "systemd"]


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this checkout with what is installed: nothing is downloaded."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", out, checkout],
        check=True,
        capture_output=True,
    )
    return next(out.glob("askance-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel, which borrows the libraries of this one by a path file.

    A path file adds one folder and reads none of the path files in it, so the editable checkout is not borrowed.
    """
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
    )
    folder = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    (Path(folder.stdout.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def run(program: Path, *arguments: str, folder: Path) -> str:
    """Run an installed program away from the checkout, without this process's Python settings; its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    done = subprocess.run(
        [program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("part", PARTS)
def test_every_file_of_a_folder_travels(checkout: Path, wheel: Path, part: str) -> None:
    here = {path.relative_to(checkout).as_posix() for path in (checkout / part).rglob("*") if path.is_file()}
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    there = {name.removeprefix("askance/shipped/") for name in names if name.startswith(f"askance/shipped/{part}/")}

    assert here
    assert there == here


def test_the_licence_travels_and_the_tests_do_not(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {"LICENSE", "NOTICE"} == {Path(name).name for name in names if ".dist-info/licenses/" in name}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"askance"}


def test_the_installed_program_is_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import askance; print(askance.__file__)", folder=tmp_path)

    assert Path(where.strip()).is_relative_to(installed.parent)


def test_it_names_its_version(installed: Path, wheel: Path, tmp_path: Path) -> None:
    said = run(installed / "askance", "--version", folder=tmp_path)

    assert wheel.name.split("-")[1] in said


def test_it_finds_its_models(installed: Path, tmp_path: Path) -> None:
    listed = run(installed / "askance", "models", "ls", "--json", folder=tmp_path)

    assert "ssdlite-mobilenet-v2-coco" in listed
    assert json.loads(listed)
