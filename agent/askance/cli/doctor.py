"""`askance doctor`: what this machine has, lacks, and what follows from it."""

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import click

from askance.cli.checks import Finding, Verdict, attempt, report

OLDEST_PYTHON: Final = (3, 11)
_CPUINFO: Final = Path("/proc/cpuinfo")
_LIBRARIES: Final = ("numpy", "onnxruntime", "paho-mqtt", "pydantic", "sqlite-utils", "click", "pyyaml")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(*, as_json: bool) -> int:
    """Check what this machine has and lacks: Python, libraries, CPU, models, broker.

    \b
    Examples:
      askance doctor
      askance doctor --json
    """
    findings = [_python(), *(library_finding(name) for name in _LIBRARIES), _opencv()]
    findings += [cpu_finding(_CPUINFO, machine=platform.machine()), _broker()]
    findings += _models()
    return report(findings, as_json=as_json)


def _python() -> Finding:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("python", Verdict.FAILED, found, "askance needs Python 3.11 or newer", os.EX_UNAVAILABLE)
    return Finding("python", Verdict.OK, found)


def library_finding(name: str) -> Finding:
    """Tell a library's version."""
    try:
        return Finding(name, Verdict.OK, version(name))
    except PackageNotFoundError:
        hint = f"python -m pip install {name}, or install askance again"
        return Finding(name, Verdict.FAILED, "not installed", hint, os.EX_UNAVAILABLE)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _opencv() -> Finding:
    """Tell which wheel gives cv2, and what it lacks when it does not load."""
    try:
        import cv2
    except ImportError as error:
        hint = "apt-get install libgl1 libglib2.0-0, or replace opencv-python by opencv-python-headless"
        return Finding("opencv", Verdict.FAILED, f"does not load: {error}", hint, os.EX_UNAVAILABLE)
    headless = _installed("opencv-python-headless")
    if headless is not None and _installed("opencv-python") is None:
        note = "the same cv2 without windows; it took the place of opencv-python, which needs libGL"
        return Finding("opencv", Verdict.NOTE, f"{cv2.__version__}, headless wheel", note)
    return Finding("opencv", Verdict.OK, f"{cv2.__version__}")


def cpu_finding(cpuinfo: Path, *, machine: str) -> Finding:
    """Tell whether INT8 runs at full speed; only x86 needs an extension for it."""
    cores = f"{os.cpu_count()} cores"
    if machine not in {"x86_64", "AMD64"} or not cpuinfo.is_file():
        return Finding("cpu", Verdict.OK, cores)
    if "vnni" in cpuinfo.read_text(encoding="utf-8"):
        return Finding("cpu", Verdict.OK, f"{cores}, INT8 with VNNI")
    return Finding("cpu", Verdict.NOTE, f"{cores}, no VNNI", "INT8 models run exactly (x64quantprecision), but slower")


def _broker() -> Finding:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is not None:
        return Finding("mqtt broker", Verdict.OK, found)
    amqtt = _installed("amqtt")
    if amqtt is not None:
        return Finding("mqtt broker", Verdict.OK, f"amqtt {amqtt}, for the demo")
    hint = "only the demo and a centre need one here: apt-get install mosquitto"
    return Finding("mqtt broker", Verdict.NOTE, "none on this machine", hint)


def _models() -> list[Finding]:
    from askance import shipped

    return [model_finding(card.parent) for card in sorted(shipped.folder("models").glob("*/card.yaml"))]


def model_finding(folder: Path) -> Finding:
    """Tell whether a model is the one of its card; one that was not pulled yet is no failure."""
    from askance.edge.detect.package import load_package, read_card

    name = f"model {folder.name}"
    card = attempt(name, lambda: read_card(folder / "card.yaml").file)
    if card.verdict is Verdict.OK and not (folder / card.found).exists():
        return Finding(name, Verdict.NOTE, "not pulled", f"askance models pull {folder.name}")
    return attempt(name, lambda: f"version {load_package(folder).card.version}, sha256 as on its card")
