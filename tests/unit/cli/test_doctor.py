"""`askance doctor` tells what this machine has and lacks."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from askance import shipped
from askance.cli import doctor as module
from askance.cli.checks import Verdict
from askance.cli.doctor import doctor


def test_a_machine_that_runs_the_tests_has_what_it_needs() -> None:
    result = CliRunner().invoke(doctor, ["--json"], catch_exceptions=False)

    findings = {finding["name"]: finding for finding in json.loads(result.output)}
    assert 0 == result.exit_code
    assert {"python", "numpy", "onnxruntime", "opencv", "cpu", "mqtt broker"} <= set(findings)
    assert "ok" == findings["model ssdlite-mobilenet-v2-coco"]["verdict"]


def test_a_model_that_was_not_pulled_is_a_note_and_a_ruined_one_a_failure(tmp_path: Path) -> None:
    source = shipped.folder("models") / "ssdlite-mobilenet-v2-coco"
    shutil.copytree(source, tmp_path / "model")
    model = module.model_finding
    assert Verdict.OK == model(tmp_path / "model").verdict

    (tmp_path / "model" / "model.onnx").write_bytes(b"ruined")
    assert Verdict.FAILED == model(tmp_path / "model").verdict

    (tmp_path / "model" / "model.onnx").unlink()
    assert (Verdict.NOTE, "not pulled") == (model(tmp_path / "model").verdict, model(tmp_path / "model").found)

    (tmp_path / "model" / "card.yaml").write_text("name: [")
    assert Verdict.FAILED == model(tmp_path / "model").verdict


def test_a_library_that_is_not_there_is_a_failure_with_the_command_that_brings_it() -> None:
    finding = module.library_finding("askance-has-no-such-library")

    assert Verdict.FAILED == finding.verdict
    assert "pip install askance-has-no-such-library" in str(finding.hint)


@pytest.mark.parametrize(
    ("cpuinfo", "verdict"),
    [("flags: fpu avx2", Verdict.NOTE), ("flags: fpu avx512_vnni", Verdict.OK)],
    ids=["without VNNI", "with VNNI"],
)
def test_a_cpu_without_vnni_is_a_note(tmp_path: Path, cpuinfo: str, verdict: Verdict) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo)

    assert verdict == module.cpu_finding(tmp_path / "cpuinfo", machine="x86_64").verdict
    assert Verdict.OK == module.cpu_finding(tmp_path / "cpuinfo", machine="aarch64").verdict
