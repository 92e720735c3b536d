"""The systemd units, judged by systemd itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support_units import proposal, settings

UNITS = ["askance-edge.service", "askance-central.service"]
LOOSEST_TENTHS = 16  # of systemd's exposure level: 1.6 of 10; a unit without any hardening has 9.6


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


def test_systemd_finds_no_mistake_in_the_unit(systemd_analyze: str, unit: Path) -> None:
    judged = subprocess.run([systemd_analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    about_it = [line for line in judged.stderr.splitlines() if unit.stem in line or str(unit) in line]

    assert about_it == []
    assert judged.returncode == 0


def test_a_mistyped_key_would_be_seen(systemd_analyze: str, unit: Path) -> None:
    unit.write_text(unit.read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
    judged = subprocess.run([systemd_analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)

    assert "ProtectSystm" in judged.stderr


def exposed(systemd_analyze: str, unit: Path, *, tenths: int) -> str | None:
    """What systemd-analyze says of a unit that is more open than that; None for one that is not."""
    judged = subprocess.run(
        [systemd_analyze, "security", "--offline=true", "--no-pager", f"--threshold={tenths}", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if judged.returncode == 0 else judged.stdout + judged.stderr


def test_the_unit_is_closed_up_to_the_bar(systemd_analyze: str, unit: Path) -> None:
    assert exposed(systemd_analyze, unit, tenths=LOOSEST_TENTHS) is None


@pytest.mark.parametrize("opened", ["CapabilityBoundingSet", "SystemCallFilter"])
def test_a_unit_with_one_thing_left_open_would_not_pass(systemd_analyze: str, unit: Path, opened: str) -> None:
    unit.write_text(re.sub(rf"^{opened}=.*\n", "", unit.read_text(), flags=re.MULTILINE))

    assert exposed(systemd_analyze, unit, tenths=LOOSEST_TENTHS) is not None


def test_what_the_comments_propose_is_understood_and_closes_the_unit_further(systemd_analyze: str, unit: Path) -> None:
    proposed = proposal(unit, "LoadCredential") + proposal(unit, "IPAddressDeny")
    unit.write_text(unit.read_text().replace("\n[Install]", f"\n{proposed}\n[Install]"))
    judged = subprocess.run([systemd_analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)

    assert [line for line in judged.stderr.splitlines() if unit.stem in line] == []
    assert exposed(systemd_analyze, unit, tenths=LOOSEST_TENTHS - 1) is None


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


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param("KillMode", "mixed", id="the agent ends its decoders in order"),
        pytest.param("OOMPolicy", "continue", id="and goes on without one that the kernel has ended"),
    ],
)
def test_what_befalls_a_decoder_does_not_befall_the_agent(checkout: Path, key: str, expected: str) -> None:
    assert settings(checkout / "systemd" / "askance-edge.service")[key] == expected


def test_every_camera_may_have_its_decoders(checkout: Path) -> None:
    """Sixteen cameras with two streams each, on a machine of sixteen cores: two threads for each core and four more."""
    assert int(settings(checkout / "systemd" / "askance-edge.service")["TasksMax"]) > 2 * 16 * (2 * 16 + 4)


def test_the_detector_may_read_which_processor_it_runs_on(checkout: Path) -> None:
    found = settings(checkout / "systemd" / "askance-edge.service")

    assert "ProcSubset" not in found
    assert "ORT_DISABLE_TELEMETRY=1" in found["Environment"]
