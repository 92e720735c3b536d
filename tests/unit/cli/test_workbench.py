"""Tests of `askance models quantize` and `bench`: what they print, where to, and how they end."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from askance.cli import main
from askance.cli.models import models
from support_models import convolutional, write_package


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(models, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 256, (20, 30, 3), np.uint8))
    return folder


@pytest.fixture
def fp32(tmp_path: Path) -> Path:
    return write_package(tmp_path / "tiny", convolutional()) / "model.onnx"


def test_quantize_reports_and_says_what_it_made(tmp_path: Path, fp32: Path, photos: Path) -> None:
    result = run("quantize", fp32, "--calibrate", photos, "--photos", "2", "--out", tmp_path / "out")
    assert 0 == result.exit_code
    assert result.stdout.startswith("measured on 2 held-out photos\nsize: ")
    assert f"made: {tmp_path / 'out' / 'model.onnx'}, 0.0 MB of 0.0 MB, sha256 " in result.stdout
    assert "calibrate" in result.stderr
    assert "report" in result.stderr
    assert "ok" in run("ls", "--models", tmp_path).stdout


def test_quantize_json_has_the_report(tmp_path: Path, fp32: Path, photos: Path) -> None:
    words = ("--photos", "2", "--report-on", photos, "--golden", "scenes", "--json")
    data = json.loads(run("quantize", fp32, "--calibrate", photos, *words, "--out", tmp_path / "out").stdout)
    assert ("4 held-out photos", []) == (data["on"], data["faults"])
    assert data["file"] == str(tmp_path / "out" / "model.onnx")


def test_quantize_on_a_wrong_card_or_an_impossible_folder_ends_in_words(
    tmp_path: Path, fp32: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card.yaml").write_text("name: a\n")
    for more, said in (
        (["--card", str(tmp_path / "card.yaml"), "--out", str(tmp_path / "out")], "card.yaml"),
        (["--out", str(tmp_path / "card.yaml" / "below")], "cannot write"),
        (["--out", "/proc/askance"], "cannot write"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["models", "quantize", str(fp32), "--calibrate", str(photos), *more])
        told = capsys.readouterr().err
        assert 65 == ended.value.code
        assert said in told
        assert "hint: " in told
        assert "Traceback" not in told


def test_bench_prints_a_table_and_the_section_for_the_agent(fp32: Path) -> None:
    result = run("bench", fp32.parent, "--threads", "1", "--rounds", "5", "--size", "64x48")
    assert 0 == result.exit_code
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["variant", "median", "ms", "quartiles", "ms", "cpu", "ms", "ratio"]
    assert lines[1].startswith("tiny, 1 thread")
    assert lines[1].endswith("chosen")
    assert ["detector:", "  model: tiny", f"  models: {fp32.parents[1].resolve()}", "  threads: 1"] == lines[-4:]


def test_bench_write_keeps_the_figures(fp32: Path) -> None:
    words = ("--threads", "1,2", "--rounds", "5", "--write", "--json")
    data = json.loads(run("bench", fp32.parent, *words).stdout)
    kept = json.loads((fp32.parent / "bench.json").read_text())
    assert data["detector"] == kept["detector"]
    assert 2 == len(data["timings"])


@pytest.mark.parametrize("threads", ["", "0", "1,,2", "65", "two"])
def test_wrong_thread_counts_are_a_usage_error(fp32: Path, threads: str) -> None:
    result = run("bench", fp32.parent, "--threads", threads)
    assert (2, True) == (result.exit_code, "as in 1,2" in result.stderr)
