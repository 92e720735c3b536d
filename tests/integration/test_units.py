"""The systemd units, judged by systemd itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = ["askance-edge.service", "askance-central.service"]
LOOSEST_TENTHS = 20  # of systemd's exposure level: 2.0 of 10; a unit without any hardening has 9.6


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest, checkout: Path, tmp_path: Path) -> Path:
    """A copy of the unit that starts a script of the test's, for `verify` wants the program to be there."""
    program = tmp_path / "askance"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    name: str = request.param
    text = (checkout / "systemd" / name).read_text()
    copy = tmp_path / name
    copy.write_text(text.replace("/opt/askance/bin/askance", str(program)))
    return copy


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The program that judges units."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    return program


def settings(unit: Path) -> dict[str, str]:
    """Read the last value of each key."""
    return dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))


def test_systemd_finds_no_mistake_in_the_unit(systemd_analyze: str, unit: Path) -> None:
    judged = subprocess.run([systemd_analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    about_it = [line for line in judged.stderr.splitlines() if unit.stem in line or str(unit) in line]

    assert about_it == []
    assert judged.returncode == 0


def test_a_mistyped_key_would_be_seen(systemd_analyze: str, unit: Path) -> None:
    unit.write_text(unit.read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
    judged = subprocess.run([systemd_analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)

    assert "ProtectSystm" in judged.stderr


def test_the_unit_is_closed_up_to_the_bar(systemd_analyze: str, unit: Path) -> None:
    judged = subprocess.run(
        [systemd_analyze, "security", "--offline=true", "--no-pager", f"--threshold={LOOSEST_TENTHS}", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param("Type", "notify", id="systemd is told when it is ready"),
        pytest.param("WatchdogSec", "60", id="a program that hangs is started again"),
        pytest.param("Restart", "always", id="and one that ends"),
        pytest.param("StartLimitIntervalSec", "0", id="without ever giving up"),
        pytest.param("DynamicUser", "yes", id="as nobody in particular"),
    ],
)
def test_both_units_make_the_promises_of_a_box_nobody_visits(unit: Path, key: str, expected: str) -> None:
    assert settings(unit)[key] == expected


def test_each_unit_has_an_environment_of_its_own(unit: Path) -> None:
    """A key of the device's configuration in the centre's environment would keep the centre from starting."""
    assert settings(unit)["EnvironmentFile"] == f"-/etc/default/{unit.stem}"


@pytest.mark.parametrize(("name", "part"), list(zip(UNITS, ["edge", "central"], strict=True)))
def test_each_unit_starts_its_program_on_its_own_state(checkout: Path, name: str, part: str) -> None:
    found = settings(checkout / "systemd" / name)

    assert found["ExecStart"] == f"/opt/askance/bin/askance {part} run --config /etc/askance/{part}.yaml"
    assert found["StateDirectory"] == f"askance/{part}"


def test_the_detector_may_read_which_processor_it_runs_on(checkout: Path) -> None:
    found = settings(checkout / "systemd" / "askance-edge.service")

    assert "ProcSubset" not in found
    assert "ORT_DISABLE_TELEMETRY=1" in found["Environment"]
