"""`askance queue export`: the queue leaves as COCO and as a page."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from askance.central.batch import Letter
from askance.cli.export import export
from askance.wire.topics import Up
from support_central import make_envelope, open_intake, topic

LABELS = {"version": 1, "name": "test", "labels": [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}]}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    letters = [Letter(topic(Up.FRAME), make_envelope(n, value=value)) for n, value in ((1, 0.5), (2, 0.9))]
    open_intake(tmp_path / "centre").take(letters)
    (tmp_path / "labels.yaml").write_text(yaml.safe_dump(LABELS))
    path = tmp_path / "central.yaml"
    path.write_text(yaml.safe_dump({"storage": {"path": "centre"}, "labels": "labels.yaml"}))
    return path


@pytest.mark.parametrize(
    ("arguments", "images", "boxes"),
    [
        pytest.param([], 2, 2, id="claims"),
        pytest.param(["--suggested"], 2, 4, id="with-hints"),
        pytest.param(["--min-value", "0.8"], 1, 1, id="valuable"),
        pytest.param(["--device", "camera-9"], 0, 0, id="another-device"),
        pytest.param(["--state", "done"], 0, 0, id="done"),
        pytest.param(["--limit", "1"], 1, 1, id="limit"),
    ],
)
def test_coco_is_a_folder(config: Path, tmp_path: Path, arguments: list[str], images: int, boxes: int) -> None:
    out = tmp_path / "out"

    result = CliRunner().invoke(export, ["--config", str(config), "--format", "coco", "--out", str(out), *arguments])

    assert 0 == result.exit_code, result.output
    written = json.loads((out / "annotations.json").read_text())
    assert (images, boxes) == (len(written["images"]), len(written["annotations"]))
    assert images == len(list((out / "images").iterdir()))
    assert f"{out}\n" == result.stdout


def test_a_sheet_is_a_page(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"

    result = CliRunner().invoke(export, ["--config", str(config), "--format", "sheet", "--out", str(out)])

    assert 0 == result.exit_code, result.output
    assert 2 == out.read_text().count("<article")
    assert "coco" not in result.stderr


def test_a_sheet_without_a_limit_has_the_most_valuable_and_says_how_many_there_are(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askance.cli.export.SHEET", 1)
    out = tmp_path / "sheet.html"

    result = CliRunner().invoke(export, ["--config", str(config), "--format", "sheet", "--out", str(out)])
    written = out.read_text()
    both = CliRunner().invoke(export, ["--config", str(config), "--format", "sheet", "--out", str(out), "--limit", "2"])

    assert (1, 1) == (written.count("<article"), written.count("task 2,"))
    assert "the 1 most valuable of 2 frames: more with --limit" in result.stderr
    assert 2 == out.read_text().count("<article")
    assert "--limit" not in both.stderr
